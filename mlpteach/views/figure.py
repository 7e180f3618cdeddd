"""The panels as one matplotlib figure: for print, PDF, and tests without a browser."""

from matplotlib import colormaps
from matplotlib.figure import Figure

from mlpteach.views.panels import COLORMAPS, CurvePanel
from mlpteach.views.pictures import FONT_SIZE, style


def figure(panels, frame, k, columns=3):
    """Draw panels as they stand at update k.

    Parameters
    ----------
    panels : list of CurvePanel or HeatPanel
    frame : dict of str to ndarray
        Name -> (rows, columns), the numbers of update k.
    k : int
    columns : int

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = -(-len(panels) // columns)
    drawn = Figure(figsize=(4.6 * columns, 2.6 * rows), layout="constrained")
    grid = drawn.subplots(rows, columns, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        if isinstance(panel, CurvePanel):
            style(axes)
            panel.draw(axes)
            axes.plot(panel.x[k - 1], panel.y[k - 1], "o", color="tab:red", markersize=8)
            axes.set_title(panel.title, fontsize=FONT_SIZE)
        else:
            axes.imshow(
                panel.shade(frame[panel.field]),
                cmap=colormaps[COLORMAPS[panel.colors][0]],
                vmin=0.0,
                vmax=1.0,
                aspect="auto",
                interpolation="nearest",
            )
            axes.set_title(f"{panel.latex}, strongest at {panel.limit:.3g}", fontsize=FONT_SIZE)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    return drawn
