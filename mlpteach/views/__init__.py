"""What the panels of a dashboard show of a trace. Nothing is computed here that the trace has."""

from mlpteach.basics.style import STYLES, Style
from mlpteach.views.axis import histogram_outline, limits
from mlpteach.views.figure import figure
from mlpteach.views.frames import Frames, frames_of, join
from mlpteach.views.image_panels import Images, pack_images
from mlpteach.views.network_panels import Matrix
from mlpteach.views.panels import (
    Arrow,
    Axes,
    Band,
    Bars,
    Diagram,
    Heat,
    Jump,
    Ledger,
    Line,
    Matrices,
    Note,
    Path,
    Plot,
    Points,
    Profile,
    Raster,
    Row,
    Show,
    Table,
    Text,
)

__all__ = [
    "STYLES",
    "Arrow",
    "Axes",
    "Band",
    "Bars",
    "Diagram",
    "Frames",
    "Heat",
    "Images",
    "Jump",
    "Ledger",
    "Line",
    "Matrices",
    "Matrix",
    "Note",
    "Path",
    "Plot",
    "Points",
    "Profile",
    "Raster",
    "Row",
    "Show",
    "Style",
    "Table",
    "Text",
    "figure",
    "frames_of",
    "histogram_outline",
    "join",
    "limits",
    "pack_images",
]
