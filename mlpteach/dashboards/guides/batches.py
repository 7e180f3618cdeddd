"""What to try on mini-batches."""

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep, at
from mlpteach.views.panels import Show


def as_much_seen(show: Show) -> int:
    """Return the last update, from 1, before the full batch has seen more than batches of 4."""
    return max(1, int((show.series["full.seen"] <= show.series["4.seen"][-1]).sum()))


def full_batch(column):
    """Return a number of the full batch at :func:`as_much_seen`."""
    return lambda show: at(f"full.{column}", as_much_seen(show))(show)


_TURNS = {
    "without memory": at("gd.mean_turn"),
    "the slide's": at("lecture.mean_turn"),
    "the published": at("paper.mean_turn"),
}

GUIDES = {
    "batches": (
        GuidedStep(
            "**Play.** The updates' mean angle to the full gradient: {small:.0f}° in batches of 4, "
            "{large:.0f}° in batches of 32. Below 90° is downhill.",
            "k=100&sizes=4,32,full",
            {"small": at("4.mean_angle"), "large": at("32.mean_angle")},
        ),
        GuidedStep(
            "**Count instances.** Batches of 4: {seen:.0f} instances, cost {cost:.2f}. The full "
            "batch: {full_seen:.0f} at k = {k}, cost {full:.2f}.",
            "k=100&sizes=4,full",
            {
                "seen": at("4.seen"),
                "cost": at("4.full"),
                "full_seen": full_batch("seen"),
                "full": full_batch("full"),
                "k": as_much_seen,
            },
            "**Count instances.** Who is lower once about {seen:.0f} of them have been looked at?",
            ("batches of 4", "the full batch"),
            lowest({"batches of 4": at("4.full"), "the full batch": full_batch("full")}),
        ),
        GuidedStep(
            "**A longer step,** η = 8. Batches of 4 end at {cost:.1f}; the full batch turns by "
            "{turn:.0f}° from one update to the next, on average.",
            "k=100&sizes=4,32,full&eta=8",
            {"cost": at("4.full"), "turn": at("full.mean_turn")},
        ),
        GuidedStep(
            "**Momentum.** Turns: {gd:.0f}° without memory, {lecture:.0f}° the slide's, "
            "{paper:.0f}° the published. Costs on all: {gd_cost:.2f}, {lecture_cost:.2f}, "
            "{paper_cost:.2f}.",
            "k=100&compare=momentum",
            {
                **{form: at(f"{form}.mean_turn") for form in ("gd", "lecture", "paper")},
                **{f"{form}_cost": at(f"{form}.full") for form in ("gd", "lecture", "paper")},
            },
            "**Momentum,** batches of 4. Whose step turns least from one update to the next?",
            tuple(_TURNS),
            lowest(_TURNS),
        ),
    )
}
