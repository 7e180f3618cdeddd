"""Every assignment's checks, by the grade id of their test cells."""

from mlpteach.exercise import ps1_cross_entropy, ps2_adam, ps3_optimizers, ps4_initialization

PROBLEM_SETS = {
    "ps1_cross_entropy": ps1_cross_entropy.CHECKS,
    "ps2_adam": ps2_adam.CHECKS,
    "ps3_optimizers": ps3_optimizers.CHECKS,
    "ps4_initialization": ps4_initialization.CHECKS,
}
