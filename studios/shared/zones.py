"""The time zones of each province, as people there know them; the first is where most of its people live."""

from __future__ import annotations

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "Eastern time", "Central time", "Mountain time", "Pacific time"
ZONES: dict[str, tuple[tuple[str, str], ...]] = {
    "AB": (("America/Edmonton", MOUNTAIN),),
    "BC": (
        ("America/Vancouver", f"{PACIFIC} (Vancouver, Victoria, Kelowna)"),
        ("America/Edmonton", f"{MOUNTAIN} (Cranbrook, Golden)"),
        ("America/Dawson_Creek", f"{MOUNTAIN} all year (Dawson Creek, Fort St. John)"),
    ),
    "MB": (("America/Winnipeg", CENTRAL),),
    "NB": (("America/Moncton", "Atlantic time"),),
    "NL": (
        ("America/St_Johns", "Newfoundland time (the island)"),
        ("America/Goose_Bay", "Atlantic time (most of Labrador)"),
    ),
    "NS": (("America/Halifax", "Atlantic time"),),
    "NT": (("America/Yellowknife", MOUNTAIN),),
    "NU": (
        ("America/Iqaluit", f"{EASTERN} (Iqaluit)"),
        ("America/Rankin_Inlet", f"{CENTRAL} (Rankin Inlet, Arviat)"),
        ("America/Cambridge_Bay", f"{MOUNTAIN} (Cambridge Bay)"),
        ("America/Atikokan", f"{EASTERN} all year (Coral Harbour)"),
    ),
    "ON": (
        ("America/Toronto", f"{EASTERN} (Toronto, Ottawa, Thunder Bay)"),
        ("America/Winnipeg", f"{CENTRAL} (Kenora, Rainy River)"),
        ("America/Atikokan", f"{EASTERN} all year (Atikokan)"),
    ),
    "PE": (("America/Halifax", "Atlantic time"),),
    "QC": (
        ("America/Toronto", f"{EASTERN} (Montréal, Québec, Gatineau)"),
        ("America/Halifax", "Atlantic time (Îles-de-la-Madeleine)"),
        ("America/Blanc-Sablon", "Atlantic time all year (Blanc-Sablon)"),
    ),
    "SK": (
        ("America/Regina", f"{CENTRAL} all year"),
        ("America/Edmonton", f"{MOUNTAIN} (Lloydminster)"),
    ),
    "YT": (("America/Whitehorse", "Yukon time"),),
}


def zone_words(province: str, zone: str) -> str:
    """Return what people of a province call a zone, or its IANA name."""
    return dict(ZONES.get(province, ())).get(zone, zone)


def zone_choices() -> list[tuple[str, str]]:
    """Return the zones of Canada as people know them, and UTC."""
    named: dict[str, str] = {}
    for zones in ZONES.values():
        for zone, words in zones:
            named.setdefault(zone, words)
    return [*sorted(named.items(), key=lambda pair: pair[1]), ("UTC", "UTC")]


def zone_name(zone: str) -> str:
    """Return what people in Canada call a zone, or its IANA name."""
    return dict(zone_choices()).get(zone, zone)


def usual_zone(province: str) -> str:
    """Return the zone in which most people of a province live."""
    return ZONES[province][0][0]


def zones_of(province: str) -> list[str]:
    """Return the zones of a province."""
    return [zone for zone, _ in ZONES[province]]
