"""Put a student's answers into the instructor's notebook, whatever happened to its cells.

Only the text of the student's cells is taken over. Tests, locked cells and all metadata come from
the instructor's notebook, so a duplicated, deleted, swapped or stripped cell costs nobody a mark,
and nothing that was written into the metadata has an effect.
"""

from collections import defaultdict
from itertools import count, pairwise

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from mlpteach.grading.notebooks.original import functions_defined
from mlpteach.grading.notebooks.written import STUDENTS, as_plain_text, written

_CHANGED, _LOCKED = "changed test ", "changed locked cell "
_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def rebuild(original, handed):
    """Return the notebook to be graded, and what had to be mended.

    Parameters
    ----------
    original : nbformat.NotebookNode
        The instructor's as students received it; changed in place.
    handed : mlpteach.grading.notebooks.submission.Handed

    Returns
    -------
    notebook : nbformat.NotebookNode
    notes : list of str
    """
    claims = _claims(original.cells, handed.cells)
    notes = list(handed.notes)
    chosen = {}
    for place, candidates in claims.items():
        chosen[place] = _choose(original.cells[place], candidates, handed.cells, notes)
    leftover = _other_versions(original.cells, handed.cells, claims, chosen)
    cells = _in_the_students_order(original.cells, handed.cells, claims, chosen, leftover)
    for place, cell in enumerate(original.cells):
        if place not in chosen and _is_answer(cell) and handed.cells:
            # Not to be run, nor missed yet: the answer may stand in another cell, however written.
            cell.metadata["mlpteach"] = {"answer": "put back"}
    _find_written_below(cells, original.cells)
    original.cells = cells
    _give_unique_ids(original)
    return original, _in_one_line(_in_one_line(notes, _CHANGED, "Tests"), _LOCKED, "Locked cells")


def _in_one_line(notes, kind, what):
    """Put the notes of one kind together."""
    changed = [note.removeprefix(kind) for note in notes if note.startswith(kind)]
    notes = [note for note in notes if not note.startswith(kind)]
    if changed:
        notes.append(f"{what} had been changed; the instructor's were used: {', '.join(changed)}.")
    return notes


def _data(cell):
    return cell.metadata.get("nbgrader", {})


def _name(cell):
    return _data(cell).get("grade_id") or cell.get("id", "")


def _is_answer(cell):
    return bool(_data(cell).get("solution"))


def _is_fixed(cell):
    """Whether the student's text of this cell does not count."""
    data = _data(cell)
    return bool(data) and not data.get("solution")


def _is_untouched(original, cell):
    return cell.source.strip() == original.source.strip()


def _claims(originals, cells):
    """Say which of the handed-in cells stands for which of the original: place -> indices."""
    taken = {}
    by_grade_id = {_data(cell)["grade_id"]: i for i, cell in enumerate(originals) if _data(cell)}
    by_id = {cell.get("id"): i for i, cell in enumerate(originals)}
    by_text = defaultdict(list)
    for place, original in enumerate(originals):
        by_text[original.cell_type, original.source.strip()].append(place)
    defined = _defined_once(originals)
    for index, cell in enumerate(cells):
        same = _of_the_same_text(cell, by_text, originals, taken)
        given = _given(cell, by_id, same, originals)
        if given is not None:
            taken[index] = given
            continue
        functions = functions_defined(cell.source) if cell.kind == "code" else set()
        places = {defined[name] for name in functions if name in defined}
        if len(places) == 1:  # what it does says more than what it claims to be
            taken[index] = places.pop()
            continue
        place = by_grade_id.get(cell.grade_id, by_id.get(cell.id, same))
        if place is not None:
            taken[index] = place
    _fill_gaps(originals, cells, taken)
    claims = {}
    for index, place in taken.items():
        claims.setdefault(place, []).append(index)
    return claims


def _defined_once(originals):
    """Return function -> place of the answer that defines it, where only one does."""
    places = {}
    for place, cell in enumerate(originals):
        if _is_answer(cell) and cell.cell_type == "code":
            for name in functions_defined(cell.source):
                places.setdefault(name, []).append(place)
    return {name: found[0] for name, found in places.items() if len(found) == 1}


def _of_the_same_text(cell, by_text, originals, taken):
    """Return the place of an original cell of this text; None where there is none.

    Of several, such as tests whose hidden parts are all they have, it is the one that the cell
    claims to be, else the next one in order.
    """
    same = by_text.get((cell.kind, cell.source.strip()), [])
    if len(same) < 2:
        return same[0] if same else None
    claimed = [place for place in same if _claims_to_be(cell, originals[place])]
    found = set(taken.values())
    return next((place for place in claimed or same if place not in found), (claimed or same)[-1])


def _claims_to_be(cell, original):
    grade_id = _data(original).get("grade_id")
    if cell.grade_id and grade_id:
        return cell.grade_id == grade_id
    return cell.id == original.get("id")


def _given(cell, by_id, same, originals):
    """Return the place of a given cell that this one is; None where it may be an answer.

    An example that was given may define an answer's function, and is no answer.
    """
    if same is not None and not _is_answer(originals[same]):
        return same
    place = by_id.get(cell.id)
    return place if place is not None and not _data(originals[place]) else None


def _fill_gaps(originals, cells, taken):
    """Find an answer without any mark of its own by what stands around it."""
    for place, original in enumerate(originals):
        if not _is_answer(original) or place in taken.values():
            continue
        before = [index for index, other in taken.items() if other < place]
        after = [index for index, other in taken.items() if other > place]
        start = max(before, default=-1) + 1
        end = min((index for index in after if index >= start), default=len(cells))
        free = [
            index
            for index in range(start, end)
            if index not in taken and cells[index].kind == original.cell_type
        ]
        if len(free) == 1:
            taken[free[0]] = place


def _choose(original, candidates, cells, notes):
    """Return the index of the cell that counts: the last one that was worked on."""
    name = _name(original)
    worked_on = [i for i in candidates if not _is_untouched(original, cells[i])]
    if _is_fixed(original):
        if worked_on:
            notes.append((_CHANGED if _data(original).get("grade") else _LOCKED) + name)
        return candidates[0]
    if len(worked_on) > 1:
        notes.append(f"The cell {name!r} was handed in {len(worked_on)} times; the last counts.")
    elif len(candidates) > 1 and _is_answer(original):
        notes.append(f"The cell {name!r} was handed in twice; the one worked on counts.")
    return (worked_on or candidates)[-1]


def _other_versions(originals, cells, claims, chosen):
    """Return the indices of code cells that are not chosen, but ran beside the chosen one."""
    return {
        index
        for place, indices in claims.items()
        for index in indices
        if index != chosen[place]
        and cells[index].kind == "code"
        and not _is_untouched(originals[place], cells[index])
    }


def _in_the_students_order(originals, cells, claims, chosen, leftover):
    """Return the cells in the order they were handed in, what is missing at its place."""
    claimed = {index: place for place, indices in claims.items() for index in indices}
    result, position = [], {}
    for index, cell in enumerate(cells):
        place = claimed.get(index)
        if place is None:
            result.append(_own_cell(cell))
        elif chosen[place] == index:
            position[place] = originals[place]
            result.append(_filled(originals[place], cell))
        elif index in leftover:
            result.append(_own_cell(cell))
    for place, original in enumerate(originals):
        if place in position:
            continue
        earlier = [originals[other] for other in range(place)]
        spots = [i for i, cell in enumerate(result) if any(cell is other for other in earlier)]
        result.insert(max(spots, default=-1) + 1, original)
    return result


def _find_written_below(cells, originals):
    """Mark each untouched answer to be read by a person where something stands right below it."""
    given = {id(cell) for cell in originals}
    for cell, below in pairwise(cells):
        data = _data(cell)
        own = id(below) not in given and below.source.strip()
        if own and data.get("grade") and data.get("solution"):
            cell.metadata.setdefault("mlpteach", {"answer": "below"})


def _filled(original, cell):
    """Return the original cell with the student's text, where that counts."""
    if not _is_fixed(original) and not _is_untouched(original, cell):
        _write(original, cell)
    return original


def _own_cell(cell):
    """Return a cell of the student's own, without any metadata."""
    new = _NEW[cell.kind](id="handed-in")
    _write(new, cell)
    return new


def _write(new, cell):
    """Write a handed-in cell's text into a cell of the graded notebook."""
    if new.cell_type == "code":
        new.source = cell.source
        return
    new.metadata[STUDENTS] = True
    if not cell.laid_out:
        new.source = as_plain_text(cell.source)
        return
    new.source, pictures = written(cell.source, cell.attachments)
    if pictures and new.cell_type == "markdown":
        new.attachments = pictures


def _give_unique_ids(notebook):
    """Number ids that are there already: the same work gives the same notebook every time."""
    seen, numbers = set(), defaultdict(lambda: count(2))
    for cell in notebook.cells:
        id = cell.id
        while cell.id in seen:
            cell.id = f"{id[:50]}-{next(numbers[id])}"
        seen.add(cell.id)
