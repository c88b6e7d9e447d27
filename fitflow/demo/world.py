"""Who and what the demo world is made of: facts only. Addresses and slugs are fixed, so scripts may rely on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from studios.shared.models import Role


@dataclass(frozen=True)
class Person:
    """Somebody with a sign-in, `<key>@fitflow.test`."""

    key: str
    name: str
    is_staff: bool = False

    @property
    def email(self) -> str:
        return f"{self.key}@fitflow.test"


@dataclass(frozen=True)
class Offer:
    """A service: minutes, places, price before tax, tax category, late fee in percent."""

    name: str
    minutes: int
    places: int
    price: str
    category: str
    late_fee: int = 0
    buffer_after: int = 0
    needs: dict[str, int] = field(default_factory=dict)  # equipment (name → how many)


@dataclass(frozen=True)
class Slot:
    """One weekly session: weekday (0 is Monday), wall-clock start, what, who, where, and how full it usually is."""

    weekday: int
    start: str
    offer: str
    trainer: str
    room: str
    usual: int = 1


@dataclass(frozen=True)
class Place:
    """A location with its rooms (name → places) and its equipment (name → how many)."""

    name: str
    street: str
    city: str
    postal_code: str
    rooms: dict[str, int]
    equipment: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StudioFacts:
    slug: str
    name: str
    organization: str
    province: str
    timezone: str
    hue: int
    members: dict[str, tuple[Role, ...]]
    trainers: tuple[str, ...]
    places: tuple[Place, ...]
    offers: tuple[Offer, ...]
    slots: tuple[Slot, ...]
    clients: tuple[str, ...]
    billing: dict[str, object] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)  # trainer → lead
    on_trial: bool = False


PEOPLE = (
    Person("staff", "Robin Platform", is_staff=True),
    Person("owner", "Dana Northcott"),
    Person("manager", "Marc Tremblay"),
    Person("lead", "Maya Fournier"),
    Person("trainer", "Sam Adeyemi"),
    Person("owner2", "Wes Kowalchuk"),
    Person("owner3", "Bridget Power"),
    Person("client", "Priya Raman"),
    Person("client2", "Gabrielle Roy-Singh"),
    Person("jo", "Jo Bélanger"),
    Person("alex", "Alexandre Côté"),
    Person("kim", "Kim Ahenakew"),
)

LOTUS = StudioFacts(
    slug="lotus",
    name="Lotus Yoga",
    organization="Northside Wellness",
    province="ON",
    timezone="America/Toronto",
    hue=2,
    members={
        "owner": (Role.OWNER,),
        "lead": (Role.TRAINER_ADMIN,),
        "trainer": (Role.TRAINER,),
        "jo": (Role.TRAINER,),
        "client": (Role.CLIENT,),
    },
    trainers=("lead", "trainer", "jo"),
    teams={"trainer": "lead"},
    places=(
        Place("Queen West", "880 Queen St W", "Toronto", "M6J 1G3", {"Studio A": 14, "Studio B": 14, "Quiet room": 2}),
        Place("Danforth", "410 Danforth Ave", "Toronto", "M4K 1P3", {"Main hall": 16}),
    ),
    offers=(
        Offer("Morning Vinyasa", 60, 12, "22.00", "fitness", late_fee=50),
        Offer("Gentle Hatha", 60, 10, "20.00", "fitness", late_fee=50),
        Offer("Lunch flow", 45, 12, "18.00", "fitness", late_fee=50),
        Offer("Prenatal yoga", 60, 8, "24.00", "fitness"),
        Offer("Yin and restore", 75, 14, "24.00", "fitness", late_fee=50),
        Offer("Private session", 60, 1, "95.00", "personal_service", late_fee=100, buffer_after=15),
    ),
    slots=(
        Slot(0, "07:00", "Morning Vinyasa", "trainer", "Studio A", 10),
        Slot(0, "09:30", "Private session", "lead", "Quiet room"),
        Slot(0, "12:15", "Lunch flow", "jo", "Studio A", 8),
        Slot(0, "18:00", "Yin and restore", "lead", "Studio B", 12),
        Slot(1, "09:00", "Gentle Hatha", "jo", "Studio B", 7),
        Slot(1, "12:15", "Lunch flow", "trainer", "Studio A", 9),
        Slot(1, "17:30", "Prenatal yoga", "jo", "Studio B", 5),
        Slot(2, "07:00", "Morning Vinyasa", "lead", "Studio A", 12),
        Slot(2, "10:30", "Private session", "lead", "Quiet room"),
        Slot(2, "12:15", "Lunch flow", "trainer", "Main hall", 7),
        Slot(2, "18:00", "Gentle Hatha", "jo", "Studio A", 8),
        Slot(3, "07:00", "Morning Vinyasa", "trainer", "Studio A", 9),
        Slot(3, "12:15", "Lunch flow", "jo", "Studio A", 10),
        Slot(3, "19:00", "Yin and restore", "trainer", "Main hall", 9),
        Slot(4, "07:00", "Morning Vinyasa", "jo", "Studio A", 8),
        Slot(4, "12:15", "Lunch flow", "trainer", "Studio A", 11),
        Slot(5, "09:00", "Morning Vinyasa", "lead", "Studio A", 13),
        Slot(5, "10:30", "Prenatal yoga", "jo", "Studio B", 6),
        Slot(5, "11:30", "Private session", "trainer", "Quiet room"),
        Slot(6, "10:00", "Yin and restore", "jo", "Studio B", 10),
        Slot(6, "16:00", "Gentle Hatha", "trainer", "Main hall", 6),
    ),
    clients=(
        "Hannah Okafor", "Tomasz Nowak", "Ingrid Solberg", "Wei-Ling Zhang", "Marcus Bell", "Fatima al-Sayed",
        "Chloé Lemieux", "David Abramov", "Nia Campbell", "Yuki Tanaka", "Oluwaseun Bakare", "Rosa Delgado",
        "Liam Fitzgerald", "Anjali Mehta", "Sofia Marchetti", "Grace Whitecloud", "Pierre Gauthier", "Emma Lindqvist",
        "Jamal Edwards", "Mei Chen", "Katarzyna Wójcik", "Samuel Osei", "Leila Haddad", "Ben Carmichael",
        "Aoife Byrne", "Dimitri Papadakis", "Zoë Hartley",
    ),
    billing={"city": "Toronto", "street": "880 Queen St W", "postal_code": "M6J 1G3", "gst_number": "123456782RT0001"},
)  # fmt: skip

SUMMIT = StudioFacts(
    slug="summit",
    name="Summit Strength",
    organization="Northside Wellness",
    province="QC",
    timezone="America/Toronto",
    hue=1,
    members={
        "owner": (Role.OWNER,),
        "manager": (Role.MANAGER,),
        "lead": (Role.TRAINER,),
        "alex": (Role.TRAINER,),
        "client": (Role.CLIENT,),
    },
    trainers=("lead", "alex"),
    places=(Place("Plateau", "4200 boul. Saint-Laurent", "Montréal", "H2W 2R2", {"Rack 1": 2, "Rack 2": 2, "Floor": 8}),),
    offers=(
        Offer("Personal training", 60, 1, "85.00", "personal_service", late_fee=50),
        Offer("Small-group strength", 60, 4, "32.00", "fitness", late_fee=50),
    ),
    slots=(
        Slot(0, "08:00", "Personal training", "alex", "Rack 1"),
        Slot(0, "17:15", "Small-group strength", "alex", "Floor", 3),
        Slot(1, "08:00", "Personal training", "lead", "Rack 1"),
        Slot(1, "09:15", "Small-group strength", "lead", "Floor", 4),
        Slot(1, "10:30", "Personal training", "lead", "Rack 1"),
        Slot(2, "08:00", "Personal training", "alex", "Rack 1"),
        Slot(3, "08:00", "Personal training", "lead", "Rack 1"),
        Slot(3, "09:15", "Small-group strength", "lead", "Floor", 4),
        Slot(3, "17:00", "Personal training", "lead", "Rack 2"),
        Slot(3, "18:15", "Small-group strength", "lead", "Floor", 3),
        Slot(4, "07:30", "Personal training", "alex", "Rack 1"),
        Slot(5, "10:00", "Small-group strength", "alex", "Floor", 4),
    ),
    clients=(
        "Amélie Gagnon", "Luc Pelletier", "Étienne Caron", "Noor Haddad", "Chloé Robitaille", "Jean-François Roy",
        "Mirela Popescu", "Carlos Rivera", "Isabelle Thibault", "Hugo Desjardins", "Thanh Nguyen", "Sarah Levy",
        "Mathieu Bouchard", "Olga Ivanova", "Karim Benali", "Valérie Simard",
    ),
    billing={
        "city": "Montréal",
        "street": "4200 boul. Saint-Laurent",
        "postal_code": "H2W 2R2",
        "gst_number": "123456782RT0002",
        "qst_registered": True,
        "qst_number": "1234567890TQ0001",
    },
)  # fmt: skip

PRAIRIE = StudioFacts(
    slug="prairie",
    name="Prairie Physio",
    organization="Prairie Movement",
    province="SK",
    timezone="America/Regina",
    hue=4,
    members={
        "owner2": (Role.OWNER,),
        "lead": (Role.TRAINER,),
        "kim": (Role.TRAINER,),
        "client2": (Role.CLIENT,),
    },
    trainers=("lead", "kim"),
    places=(Place("Albert Street", "2300 Albert St", "Regina", "S4P 2V7", {"Treatment 1": 2, "Treatment 2": 2, "Gym": 6},
                  {"Reformer": 2, "Ultrasound unit": 1}),),
    offers=(
        Offer("Physiotherapy assessment", 60, 1, "120.00", "health:physiotherapist"),
        Offer("Knee rehab", 45, 1, "85.00", "health:physiotherapist", needs={"Reformer": 1, "Ultrasound unit": 1}),
        Offer("Strength training", 60, 1, "70.00", "personal_service", late_fee=50),
    ),
    slots=(
        Slot(0, "09:00", "Physiotherapy assessment", "kim", "Treatment 1"),
        Slot(1, "13:00", "Knee rehab", "kim", "Treatment 1"),
        Slot(2, "14:00", "Strength training", "lead", "Gym"),
        Slot(3, "10:00", "Knee rehab", "kim", "Treatment 1"),
        Slot(4, "09:00", "Physiotherapy assessment", "kim", "Treatment 2"),
        Slot(4, "11:00", "Strength training", "lead", "Gym"),
    ),
    clients=(
        "Doreen Halvorson", "Tyler McNab", "Ruth Friesen", "Isaiah Bear", "Svetlana Moroz", "Colton Reimer",
        "Patience Ndlovu", "Harpreet Gill", "Janelle Cardinal", "Gordon Petrov", "Lucille Desnomie",
    ),
    billing={
        "city": "Regina",
        "street": "2300 Albert St",
        "postal_code": "S4P 2V7",
        "gst_number": "987654324RT0001",
        "pst_registered": True,
        "pst_number": "1234567",
    },
)  # fmt: skip

HARBOUR = StudioFacts(
    slug="harbour",
    name="Harbour Barre",
    organization="Harbour Barre",
    province="NL",
    timezone="America/St_Johns",
    hue=3,
    members={"owner3": (Role.OWNER, Role.TRAINER)},
    trainers=("owner3",),
    places=(Place("Water Street", "215 Water St", "St. John's", "A1C 6C9", {"Barre room": 10}),),
    offers=(Offer("Barre basics", 50, 10, "20.00", "fitness"),),
    slots=(),
    clients=("Siobhan Walsh", "Nadine Tobin"),
    on_trial=True,
)

STUDIOS = (LOTUS, SUMMIT, PRAIRIE, HARBOUR)
