"""Invented names. Every enterprise carries "(mẫu)", so nobody takes it for a real one."""

from random import Random

SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Nông",
    "Hà",
    "Triệu",
    "Vi",
    "Lục",
    "Ma",
    "Giàng",
]
MIDDLE_NAMES = ["Văn", "Thị", "Đức", "Minh", "Thu", "Hữu", "Ngọc", "Quang", "Thanh", "Xuân", "Thùy", "Mạnh", "Bích", "Tuấn", "Khánh"]
GIVEN_NAMES = [
    "An", "Bình", "Chi", "Cường", "Dung", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiền", "Hiếu", "Hoa", "Hòa", "Hùng", "Hương", "Khoa", "Lan",
    "Linh", "Loan", "Long", "Mai", "Nam", "Nga", "Ngân", "Nhung", "Phúc", "Phương", "Quân", "Quyên", "Sơn", "Tâm", "Thảo", "Thắng", "Thủy",
    "Tiến", "Trang", "Trung", "Tú", "Vân", "Việt", "Yến",
]  # fmt: skip
MENS_MIDDLE_NAMES, WOMENS_MIDDLE_NAMES = ["Văn", "Đức", "Hữu", "Quang", "Mạnh", "Tuấn"], ["Thị", "Thu", "Thùy", "Bích"]
MENS_GIVEN_NAMES = [
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Hải",
    "Hiếu",
    "Hòa",
    "Hùng",
    "Khoa",
    "Long",
    "Nam",
    "Phúc",
    "Quân",
    "Sơn",
    "Tâm",
    "Thắng",
    "Tiến",
    "Trung",
    "Tú",
    "Việt",
]
WOMENS_GIVEN_NAMES = [name for name in GIVEN_NAMES if name not in MENS_GIVEN_NAMES]
TRADES = ["Điện tử", "Linh kiện", "May mặc", "Cơ khí", "Bao bì", "Nhựa", "Quang học", "Ô tô", "Pin", "Dây cáp", "Thực phẩm", "Nội thất"]
BRANDS = [
    "Sao Lam",
    "Núi Cốc",
    "Trà Xanh",
    "Bình Minh",
    "Hồng Hà",
    "Thảo Nguyên",
    "Phương Bắc",
    "Đại Phú",
    "Mặt Trời",
    "Cánh Buồm",
    "Lộc Phát",
    "Đồi Gió",
]


def person(random: Random) -> str:
    """A middle name of women or of men goes with a given name of theirs."""
    surname, middle, given = random.choice(SURNAMES), random.choice(MIDDLE_NAMES), random.choice(GIVEN_NAMES)
    for middle_names, given_names in ((WOMENS_MIDDLE_NAMES, WOMENS_GIVEN_NAMES), (MENS_MIDDLE_NAMES, MENS_GIVEN_NAMES)):
        if middle in middle_names and given not in given_names:
            given = given_names[GIVEN_NAMES.index(given) % len(given_names)]
    return f"{surname} {middle} {given}"


def is_womans(name: str) -> bool:
    return name.rpartition(" ")[2] in WOMENS_GIVEN_NAMES


def enterprise(number: int) -> str:
    """The same number gives the same name; 144 of them differ."""
    return f"{TRADES[number % len(TRADES)]} {BRANDS[(number // len(TRADES) + number) % len(BRANDS)]}"
