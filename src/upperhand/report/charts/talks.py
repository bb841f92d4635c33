"""Talks in pictures: what leverage rests on, ceilings, the bargaining set, the ladder, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.charts.bars import PHONE, _colours, _grouped, room_for
from upperhand.report.charts.base import Chart, inline
from upperhand.report.charts.theme import GAIN, INK, LOSS, PAPER, PARTS, SOFT
from upperhand.report.numbers import source_line
from upperhand.report.talks_words import SHORT, THREAT_WORDS, deal_letters, main_deal, named
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.results import Run
    from upperhand.results.talks import Talks

CROWDED = 0.05  # threat points nearer than this share of the drawing share a label
FAR = 2.0  # threat points further out than this many widths of the deals are named, not drawn


def talks_charts(run: Run) -> tuple[Chart, ...]:
    """Return the charts of the talks; none when the run has no talks or they have no answer."""
    talks = run.talks
    if talks is None or not talks.leverage:
        return ()
    found = [ceilings(run)] if talks.ceilings else []
    if any(abs(x) >= TINY for one in talks.leverage for x in one.by_group.values()):
        found.insert(0, reasons(run))
    if talks.deals:
        found.append(bargaining(run))
    if talks.rungs:
        found.append(ladder(run))
    if talks.settlement:
        found.append(settlement(run))
    return tuple(found)


TINY = 5e-4  # USD billion a year; smaller parts are not drawn


def reasons(run: Run) -> Chart:
    """Return the threat-point advantage split over moves, by horizon."""
    talks = _talks(run)
    first, second = _names(run)
    rows = [
        {"Move": _move(run, group), "Horizon": one.horizon, "value": value}
        for one in talks.leverage
        for group, value in one.by_group.items()
        if any(abs(other.by_group[group]) >= TINY for other in talks.leverage)
    ]
    order = list(dict.fromkeys(str(row["Move"]) for row in rows))
    shades = dict(zip([one.horizon for one in talks.leverage], PARTS, strict=False))
    top = max(talks.leverage[0].by_group.items(), key=lambda pair: abs(pair[1]))
    silent = [g for g in talks.leverage[0].by_group if _move(run, g) not in order]
    side, _, label = top[0].partition(": ")
    title = f"Largest part of the threat-point advantage: {label} ({run.name_of(side)})"

    def draw(width: int) -> Any:
        return _grouped(
            rows,
            "Move",
            "value",
            "Horizon",
            shades,
            width,
            order=order,
            thick=9,
            unit="USD bn a year",
        )

    left_out = f"; {len(silent)} moves that add nothing are left out" if silent else ""
    return Chart(
        "leverage_reasons",
        title,
        f"USD bn a year; positive: for {the(first)}, negative: for {the(second)}{left_out}",
        source_line(run),
        f"Grouped bars by move and horizon. {title}. Numbers: table 'What the threat-point "
        "advantage rests on'.",
        draw,
    )


def ceilings(run: Run) -> Chart:
    """Return how far tariff threats pay, beside what is threatened."""
    talks = _talks(run)
    rows = [
        {
            "Side": run.name_of(found.side),
            "Threat of": f"{run.name_of(found.side)}, {found.horizon}",
            "pays": found.break_even_pp,
            "threat": found.threat_pp,
        }
        for found in talks.ceilings
    ]
    colours = _colours(run, list(_names(run)))
    title = ceilings_title(run)

    def draw(width: int) -> Any:
        return _bullets(rows, colours, width)

    return Chart(
        "ceilings",
        title,
        "Add-on tariff on the other side's goods, percentage points; bar: pays for itself up to "
        "here; tick: threatened",
        source_line(run),
        f"Bars by side and horizon. {title}. Numbers: table 'How far a tariff threat pays for "
        "itself'.",
        draw,
    )


def ceilings_title(run: Run) -> str:
    """Return whose threat is beyond what pays for it, at any horizon."""
    threats = [c for c in _talks(run).ceilings if c.threat_pp is not None]
    beyond = [c for c in threats if not c.beyond and c.break_even_pp < (c.threat_pp or 0.0)]
    sides = list(dict.fromkeys(the(run.name_of(c.side)) for c in beyond))
    if not threats:
        return "Nobody threatens a tariff"
    if len(beyond) < len(threats):
        return "Some of the tariffs threatened pay for themselves"
    words = joined(sides)
    return f"At every horizon the tariff threatened costs {words} more than it brings"


def bargaining(run: Run) -> Chart:
    """Return every deal, the efficient ones, the threat points and what the rules choose."""
    talks = _talks(run)
    efficient = _efficient(talks.deals)
    deals = [
        {"x": x, "y": y, "kind": "efficient" if k in efficient else "deal"}
        for k, (_, x, y) in enumerate(talks.deals)
    ]
    points = {one.threat: one.threat_usd_bn for one in talks.agreements}
    near = {name: p for name, p in points.items() if _near(p, talks)}
    marks = _marks(near, talks)
    stars = _picked(talks)
    frontier = [
        {"x": point.usd_bn[0], "y": point.usd_bn[1]}
        for point in (talks.frontier.points if talks.frontier else ())
    ]
    title, (first, second) = bargaining_title(run), _names(run)
    far = [
        f"{THREAT_WORDS.get(n, n)} ({p[0]:.0f} and {p[1]:.0f})".replace("-", "−")
        for n, p in points.items()
        if n not in near
    ]
    outside = f"; outside the drawing: {joined(far)}" if far else ""

    def draw(width: int) -> Any:
        return _scatter(deals, frontier, marks, stars, (first, second), width)

    return Chart(
        "bargaining",
        title,
        f"Real income against the baseline, USD bn a year, {talks.deal_horizon} horizon; "
        f"{_dots(talks)}; crosses: if the talks fail{outside}",
        source_line(run),
        f"Scatter of {len(deals)} deals. {title}. Numbers: table 'What would be agreed, by threat "
        "point and rule'.",
        draw,
    )


def _marks(near: dict[str, tuple[float, float]], talks: Talks) -> list[dict[str, Any]]:
    """Return the threat points that are drawn; those too near to be told apart share a label."""
    known = [one.usd_bn for one in (talks.frontier.points if talks.frontier else ())]
    known += [(x, y) for _, x, y in talks.deals]
    room = [CROWDED * max(max(v) - min(v), 1e-9) for v in zip(*known, strict=True)]
    found: list[dict[str, Any]] = []
    for name, (x, y) in near.items():
        twin = [m for m in found if abs(m["x"] - x) < room[0] and abs(m["y"] - y) < room[1]]
        if twin:
            twin[0]["label"] += f", {SHORT.get(name, name)}"
        else:
            found.append({"x": x, "y": y, "label": SHORT.get(name, name)})
    return found


def _dots(talks: Talks) -> str:
    """Return what dots, line and diamonds show."""
    if talks.frontier is None:
        return "dots: deals, filled: no other is better for both"
    return (
        "line: deals in parts that no other beats; dots: measures in full or not at all; diamonds: what "
        "each rule picks when both threaten as well as they can"
    )


def _picked(talks: Talks) -> list[dict[str, Any]]:
    """Return what the rules choose: by rule for deals in parts, by letter for sets of measures."""
    agreed = [one for one in talks.agreements if one.payoffs_usd_bn]
    if talks.frontier is None:
        letters = deal_letters(talks)
        chosen = {one.terms: one.payoffs_usd_bn for one in agreed}
        return [
            {"x": p[0], "y": p[1], "label": f"deal {letters[terms]}"}
            for terms, p in chosen.items()
            if p
        ]
    main = main_deal(talks)
    found: dict[tuple[float, float], list[str]] = {}
    for one in agreed:
        if main is not None and one.threat == main.threat and one.payoffs_usd_bn:
            found.setdefault(one.payoffs_usd_bn, []).append(RULE_WORDS.get(one.rule, one.rule))
    return [{"x": p[0], "y": p[1], "label": joined(names)} for p, names in found.items()]


RULE_WORDS = {
    "Nash, weights from the clocks": "Nash, by patience",
    "Kalai-Smorodinsky": "Kalai-Smorodinsky",
    "egalitarian": "equal gains, USD",
    "equal gains in per cent (Ossa)": "equal gains, %",
}


def bargaining_title(run: Run) -> str:
    """Return what the deal that is shown first gives to each side."""
    main = main_deal(_talks(run))
    if main is None or main.payoffs_usd_bn is None:
        return "No deal on the table beats the threats for both sides"
    pairs = zip(_names(run), main.payoffs_usd_bn, strict=True)
    parts = [f"{the(name)} {value:+.1f}".replace("-", "−") for name, value in pairs]
    what = "Deal A" if _talks(run).frontier is None else "With patience as weights the deal"
    return f"{what} brings {joined(parts)} USD bn a year"


def ladder(run: Run) -> Chart:
    """Return what each rung of escalation costs each side."""
    talks = _talks(run)
    names = _names(run)
    rows = [
        {"rung": k, "Side": name, "value": value}
        for k, rung in enumerate(talks.rungs)
        for name, value in zip(names, rung.usd_bn, strict=True)
    ]
    colours = _colours(run, list(names))
    pairs = zip(names, talks.rungs[-1].usd_bn, strict=True)
    parts = [f"{the(n)} USD {abs(v):.0f} bn" for n, v in pairs if v < 0]
    title = f"The top of the ladder costs {joined(parts)} a year" if parts else "Nobody loses"

    def draw(width: int) -> Any:
        return _steps(rows, colours, width)

    return Chart(
        "ladder",
        title,
        f"Real income by rung, USD bn a year, {talks.deal_horizon} horizon; rungs as in the table",
        source_line(run),
        f"Line by side over {len(talks.rungs)} rungs. {title}. {named(run, talks.ladder_words)}",
        draw,
    )


def settlement(run: Run) -> Chart:
    """Return the chance that a standoff is over by each month."""
    talks = _talks(run)
    rows = [
        {"month": m, "value": 100 * p, "Kind": one.name}
        for one in talks.clocks
        for m, p in one.curve
    ] or [{"month": m, "value": 100 * p, "Kind": "known costs"} for m, p in talks.settlement]
    kinds = dict.fromkeys(str(row["Kind"]) for row in rows)
    shades = dict(zip(kinds, PARTS, strict=False))
    half = next((m for m, p in talks.settlement if p >= 0.5), None)
    title = (
        f"With everything carried out and costs known, half of such standoffs are over within {half:.0f} months"
        if half is not None
        else f"With everything carried out fewer than half end within {talks.settlement[-1][0]:.0f} months"
    )

    def draw(width: int) -> Any:
        return _curve(rows, shades, width)

    return Chart(
        "settlement",
        title,
        "Chance that the standoff has been settled, per cent, by months since it began",
        source_line(run),
        f"Rising curves by kind of attrition. {title}. Numbers: table 'When would a standoff end?'.",
        draw,
        legend=tuple((shade, kind) for kind, shade in shades.items()),
    )


def _bullets(rows: list[dict[str, Any]], colours: dict[str, str], width: int) -> Any:
    import altair as alt

    labels = [str(row["Threat of"]) for row in rows]
    room = room_for(labels, width)
    y = alt.Y("Threat of:N").sort(labels).axis(title=None, labelLimit=room, labelPadding=6)
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    base = alt.Chart(inline(rows)).encode(y=y)
    bars = base.mark_bar(height=12).encode(
        x=alt.X("pays:Q")
        .scale(padding=10)
        .title("percentage points")
        .axis(tickCount=_ticks(width)),
        color=alt.Color("Side:N").scale(scale).legend(None),
    )
    ticks = base.mark_tick(color=INK, thickness=2.5, size=18).encode(x="threat:Q")
    text = base.mark_text(align="left", dx=5, color=SOFT).encode(
        x="pays:Q", text=alt.Text("pays:Q", format=".0f")
    )
    return alt.layer(bars, ticks, text).properties(width=width - room - 26, height=alt.Step(24))


def _scatter(
    deals: list[dict[str, Any]],
    frontier: list[dict[str, Any]],
    marks: list[dict[str, Any]],
    stars: list[dict[str, Any]],
    names: tuple[str, str],
    width: int,
) -> Any:
    import altair as alt

    x = (
        alt.X("x:Q")
        .scale(padding=16)
        .title(f"{names[0]}, USD bn a year")
        .axis(tickCount=_ticks(width))
    )
    y = (
        alt.Y("y:Q")
        .scale(padding=14)
        .title(f"{names[1]}, USD bn a year")
        .axis(grid=True, tickCount=6, titleAnchor="end", titleAngle=0, titleAlign="left", titleY=-8)
    )
    fill = alt.condition("datum.kind == 'efficient'", alt.value(SOFT), alt.value(PAPER))
    dots = (
        alt.Chart(inline(deals))
        .mark_point(size=34, filled=False, stroke=SOFT, strokeWidth=1.1)
        .encode(x=x, y=y, fill=fill)
    )
    line = alt.Chart(inline(frontier)).mark_line(color=PARTS[0], strokeWidth=2.5).encode(x=x, y=y)
    layers = [line, dots] if len(frontier) > 1 else [dots]
    for data, shape, colour in ((marks, "cross", LOSS), (stars, "diamond", GAIN)):
        base = alt.Chart(inline(data)).encode(x=x, y=y)
        layers.append(base.mark_point(shape=shape, size=130, filled=True, opacity=1, color=colour))
        layers.append(
            base.mark_text(
                align="left", dx=9, dy=-6, color=INK, fontWeight=600, stroke=PAPER, strokeWidth=3
            ).encode(text="label:N")
        )
        layers.append(
            base.mark_text(align="left", dx=9, dy=-6, color=INK, fontWeight=600).encode(
                text="label:N"
            )
        )
    return alt.layer(*layers).properties(width=width - 70, height=360 if width > PHONE else 280)


def _steps(rows: list[dict[str, Any]], colours: dict[str, str], width: int) -> Any:
    import altair as alt

    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    rungs = sorted({int(row["rung"]) for row in rows})
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("rung:Q").scale(padding=16).title("rung").axis(values=rungs, format="d"),
        y=alt.Y("value:Q").title(None).axis(grid=True, tickCount=6),
        color=alt.Color("Side:N").scale(scale),
    )
    return alt.layer(
        base.mark_line(strokeWidth=2.5), base.mark_point(size=70, filled=True, opacity=1)
    ).properties(width=width - 60, height=260)


def _curve(rows: list[dict[str, Any]], shades: dict[str, str], width: int) -> Any:
    import altair as alt

    scale = alt.Scale(domain=list(shades), range=list(shades.values()))
    return (
        alt.Chart(inline(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("month:Q").title("months").axis(tickCount=6),
            y=alt.Y("value:Q")
            .title("per cent")
            .axis(grid=True, tickCount=5)
            .scale(domain=[0, 100]),
            color=alt.Color("Kind:N").scale(scale).legend(None),
        )
        .properties(width=width - 60, height=240)
    )


def _efficient(deals: tuple[tuple[str, float, float], ...]) -> set[int]:
    """Return the positions of deals that no other is better than for both sides."""
    return {
        k
        for k, (_, x, y) in enumerate(deals)
        if not any(
            a >= x - 1e-9 and b >= y - 1e-9 and (a > x + 1e-9 or b > y + 1e-9) for _, a, b in deals
        )
    }


def _near(point: tuple[float, float], talks: Talks) -> bool:
    """Return whether a threat point lies near enough to the deals to be drawn with them."""
    known = [(x, y) for _, x, y in talks.deals]
    known += [one.usd_bn for one in (talks.frontier.points if talks.frontier else ())]
    axes = ([x for x, _ in known], [y for _, y in known])
    for value, values in zip(point, axes, strict=True):
        low, high = min(values), max(values)
        room = FAR * max(high - low, 1.0)
        if not low - room <= value <= high + room:
            return False
    return True


def _move(run: Run, group: str) -> str:
    side, _, label = group.partition(": ")
    return f"{run.name_of(side)}: {label}"


def _ticks(width: int) -> int:
    return 6 if width > PHONE else 4


def _talks(run: Run) -> Talks:
    assert run.talks is not None
    return run.talks


def _names(run: Run) -> tuple[str, str]:
    first, second = (run.name_of(side) for side in _talks(run).sides)
    return first, second
