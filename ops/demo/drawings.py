"""Pictures for the sample organizations, drawn: a product in a landscape, in its own colours. No file is needed."""

import hashlib
from typing import Final

import resvg_py

SIDE: Final = 1200
# Sky above, sky below, far hills, near hills, ground.
_SCENES: Final = (
    ("#f6c28b", "#fbe7c6", "#c98f7a", "#8d5f5d", "#5b4149"),
    ("#9fc6e0", "#e7f1f5", "#7fa3b5", "#4d7386", "#2f4d5c"),
    ("#bcd7b4", "#eef4e4", "#86ab83", "#577b5c", "#35513f"),
    ("#c9b6dd", "#f2e9f5", "#967fb0", "#65527f", "#41355a"),
    ("#f2a9a0", "#fbe3d8", "#c77b7d", "#8b4f5e", "#552f43"),
    ("#8fd0cb", "#e4f5f0", "#5ea5a3", "#357676", "#1f4f52"),
)
_COLOURS: Final = ("#e4572e", "#17768a", "#f3a712", "#4d5fa3", "#3f7d4e", "#a23b72", "#2f3e46", "#c8553d")
_INK: Final = "#1f2430"

# Each thing stands on the line y = 930, about 620 wide; {a} is its colour, {b} a darker one, {c} a light one.
_THINGS: Final = {
    "packs": '<path d="M470 360q130-110 260 0l46 470q6 100-90 100H514q-96 0-90-100z" fill="{a}"/>'
    '<path d="M500 600h200v190q0 40-40 40H540q-40 0-40-40z" fill="{b}"/><path d="M500 600h200v36H500z" fill="{c}"/>'
    '<path d="M530 330q0-80 70-80t70 80" fill="none" stroke="{b}" stroke-width="26"/>'
    '<path d="M452 520q-60 20-52 150l10 120M748 520q60 20 52 150l-10 120" fill="none" stroke="{b}" stroke-width="30"/>',
    "tents": '<path d="M230 930L600 380l370 550z" fill="{a}"/><path d="M600 380l370 550H690z" fill="{b}"/>'
    '<path d="M600 500l110 430H490z" fill="{i}"/><path d="M600 500l-30 430h-80z" fill="{c}"/>'
    '<path d="M180 930h840" stroke="{i}" stroke-width="14"/>',
    "footwear": '<path d="M280 640q70 10 120-70l60-70q130 150 300 190 150 30 160 130l-10 60H290q-40-110-10-240z" '
    'fill="{a}"/><path d="M270 850h660l-4 50q-6 30-46 30H320q-46 0-50-40z" fill="{i}"/>'
    '<path d="M470 560l70 -50M530 610l70-50M600 650l60-54" stroke="{c}" stroke-width="22"/>'
    '<path d="M285 780q300 40 640 30v46H280z" fill="{b}"/>',
    "jackets": '<path d="M490 330q110 70 220 0l170 110 60 400-110 24-50-250v316H420V614l-50 250-110-24 60-400z" '
    'fill="{a}"/><path d="M490 330q110 70 220 0l20 60q-130 70-260 0z" fill="{b}"/>'
    '<path d="M600 392v538" stroke="{i}" stroke-width="10"/>'
    '<path d="M424 560h352M424 680h352M424 800h352" stroke="{b}" stroke-width="16"/>',
    "drinkware": '<path d="M500 440h200q50 40 50 120v290q0 80-60 80H510q-60 0-60-80V560q0-80 50-120z" fill="{a}"/>'
    '<path d="M650 440h50q50 40 50 120v290q0 80-60 80h-40z" fill="{b}"/>'
    '<rect x="510" y="330" width="180" height="120" rx="24" fill="{i}"/>'
    '<path d="M470 700l60-70 50 60 70-90 80 100v60H470z" fill="{c}"/>',
    "lights": '<path d="M300 620q300-190 600 0v90q-300-180-600 0z" fill="{b}"/>'
    '<rect x="470" y="540" width="260" height="240" rx="60" fill="{a}"/>'
    '<circle cx="600" cy="660" r="84" fill="{i}"/><circle cx="600" cy="660" r="62" fill="#fff6d6"/>'
    '<path d="M600 660L330 930h540z" fill="#fff6d6" opacity=".55"/>',
    "bikes": '<g fill="none" stroke="{i}" stroke-width="26"><circle cx="390" cy="770" r="160"/>'
    '<circle cx="820" cy="770" r="160"/></g><path d="M390 770l130-270h220l80 270M520 500l80 270h-210M740 500L600 770" '
    'fill="none" stroke="{a}" stroke-width="30"/><path d="M470 470h110M740 500l-20-70h110" fill="none" stroke="{b}" '
    'stroke-width="28"/><circle cx="600" cy="770" r="42" fill="{c}"/>',
    "helmets": '<path d="M290 760q-20-330 310-350 300 10 320 290 0 60-40 60z" fill="{a}"/>'
    '<path d="M430 470q150-60 300 40M370 580q220-90 470 30M330 690q270-60 570 0" fill="none" stroke="{b}" '
    'stroke-width="34"/><path d="M330 760l120 170h110M830 760L560 930" fill="none" stroke="{i}" stroke-width="18"/>',
    "bags": '<path d="M300 560h600l-40 310q-8 60-70 60H410q-62 0-70-60z" fill="{a}"/>'
    '<path d="M300 560h600l-14 100H314z" fill="{b}"/><rect x="540" y="620" width="120" height="90" rx="16" fill="{c}"/>'
    '<path d="M420 560q0-170 180-170t180 170" fill="none" stroke="{i}" stroke-width="26"/>',
}


def picture(category: str, name: str, *, variant: int = 0) -> bytes:
    """Return a PNG of SIDE x SIDE; the same arguments always draw the same picture. KeyError for unknown things."""
    return bytes(resvg_py.svg_to_bytes(svg_string=_svg(category, name, variant)))


def _svg(category: str, name: str, variant: int) -> str:
    dice = hashlib.sha256(f"{name}/{variant}".encode()).digest()
    sky, haze, far, near, ground = _SCENES[(dice[0] + variant) % len(_SCENES)]
    colour = _COLOURS[hashlib.sha256(name.encode()).digest()[0] % len(_COLOURS)]
    shades = {"a": colour, "b": _mixed(colour, _INK, 0.35), "c": _mixed(colour, "#ffffff", 0.65), "i": _INK}
    thing = _THINGS[category].format(**shades)
    sun, height = 220 + dice[1] * 3, 210 + dice[2]
    ridge, slope = 520 + dice[3] // 2, 640 + dice[4] // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">'
        f'<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="{sky}"/>'
        f'<stop offset=".8" stop-color="{haze}"/></linearGradient></defs>'
        f'<rect width="{SIDE}" height="{SIDE}" fill="url(#sky)"/>'
        f'<circle cx="{sun}" cy="{height}" r="96" fill="#fffbe9" opacity=".9"/>'
        f'<path d="M0 {ridge}q160-190 330-60t300-110 250 120 320-60V{SIDE}H0z" fill="{far}"/>'
        f'<path d="M0 {slope}q220-120 420 0t380-40 400 10V{SIDE}H0z" fill="{near}"/>'
        f'<path d="M0 880q600-70 1200 0v320H0z" fill="{ground}"/>'
        f'<ellipse cx="600" cy="944" rx="370" ry="34" fill="#000" opacity=".28"/>{thing}</svg>'
    )


def _mixed(colour: str, other: str, share: float) -> str:
    parts = (
        round(int(colour[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)
