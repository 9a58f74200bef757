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
    return f"{random.choice(SURNAMES)} {random.choice(MIDDLE_NAMES)} {random.choice(GIVEN_NAMES)}"


def enterprise(number: int) -> str:
    """The same number gives the same name; 144 of them differ."""
    return f"{TRADES[number % len(TRADES)]} {BRANDS[(number // len(TRADES) + number) % len(BRANDS)]}"
