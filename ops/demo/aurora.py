"""A bicycle maker: a smaller organization with people and data of its own."""

from ops.demo.content import DemoCampaign, DemoPerson, DemoShop, products

AURORA = DemoShop(
    slug="aurora",
    name="Aurora Cycles",
    admin=DemoPerson("Kai Sommer", "kai@aurora.example", "owner"),
    people=(
        DemoPerson("Ines Faro", "ines@aurora.example", "manager"),
        DemoPerson("Jonas Weld", "jonas@aurora.example", "marketer"),
    ),
    catalog="Bicycles and gear",
    attributes=(
        {"key": "frame", "label": "Frame", "type": "choice", "required": False, "options": ["steel", "aluminium"]},
        {"key": "gears", "label": "Gears", "type": "number", "required": False},
    ),
    products=products(
        "aurora.example",
        (
            ("Meridian city bicycle", "AU-BK-10", "Aurora", "bikes", "Eight gears, lights that never run out.", 89900,
             "active", {"frame": "aluminium", "gears": 8}),
            ("Meridian step-through", "AU-BK-11", "Aurora", "bikes", "Easy to mount, easy to love.", 92900, "active",
             {"frame": "aluminium", "gears": 8}),
            ("Gravel Nine", "AU-BK-20", "Aurora", "bikes", "Steel frame for roads that end.", 159900, "active",
             {"frame": "steel", "gears": 11}),
            ("Halo helmet", "AU-HM-01", "Halo", "helmets", "290 g, fits with one hand.", 7990, "active", {}),
            ("Halo helmet for children", "AU-HM-02", "Halo", "helmets", "Grows with them for years.", 5990, "active",
             {}),
            ("Pannier 20", "AU-BG-20", "Porter", "bags", "20 litres, waterproof, one click.", 8490, "active", {}),
        ),
    ),
    labels={"Spring": "green", "Safety": "red", "Dealers": "teal"},
    campaigns=(
        DemoCampaign("Back on the road", "AU-BK-10", "conversions", 22_000, -8, 60, "jonas",
                     ("The city is shorter by bike", "Eight gears. Lights that never run out.", "Ride it"),
                     ("active",), ("Spring",)),
        DemoCampaign("Where the road ends", "AU-BK-20", "awareness", 12_000, 14, 45, "jonas",
                     ("Keep going", "Steel for the roads that end.", "Meet Gravel Nine"), ("scheduled",), ("Spring",)),
        DemoCampaign("Wear one", "AU-HM-01", "engagement", 5_500, -60, 40, "ines",
                     ("One hand. One click.", "290 grams you forget you wear.", "Find your size"),
                     ("active", "ended"), ("Safety",)),
        DemoCampaign("Small heads first", "AU-HM-02", "traffic", 4_000, -3, 30, "ines",
                     ("Grows with them", "A helmet for years, not for months.", "See it"),
                     ("active", "paused"), ("Safety",)),
        DemoCampaign("Carry more", "AU-BG-20", "conversions", 6_800, 40, 30, "jonas",
                     ("20 litres to go", "Waterproof, on and off in one click.", "Take it along")),
    ),
)  # fmt: skip
