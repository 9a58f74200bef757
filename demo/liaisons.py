"""A liaison's house in another province: people it registered, some of whom have no phone, and what waits for their answer."""

import datetime as dt

from demo.employers import staff
from recruitment.accounts.models import Organisation, Role
from recruitment.applications.services.choosing import invite
from recruitment.openings.models import Opening
from recruitment.openings.reading import TableRow
from recruitment.places.models import Province
from recruitment.workers.group_tables import interpret
from recruitment.workers.models import Worker
from recruitment.workers.services.groups import register_group

PEOPLE = [
    # name, birth date, phone, number of the signed consent
    ("Nông Thị Mẫu", "12/03/1996", "0989000101", ""),
    ("LÝ VĂN MẪU", "36161", "989000102", ""),
    ("Bế Văn Không Máy", "20/11/1988", "", "GĐY 01/2026"),
    ("Hoàng Thị Không Máy", "02/09/1991", "", "GĐY 02/2026"),
]


def register_through_a_liaison(*, today: dt.date) -> None:
    province = Province.objects.existing_on(today).get(name="Cao Bằng")
    centre = Organisation.objects.create(kind=Organisation.Kind.LIAISON, name="Trung tâm dịch vụ việc làm tỉnh Cao Bằng (mẫu)", province=province)
    liaison = staff(name="Cán bộ đầu mối mẫu", email="dau-moi@mau.invalid", organisation=centre, role=Role.LIAISON)
    staff(name="Cán bộ đầu mối mẫu hai", email="dau-moi-2@mau.invalid", organisation=centre, role=Role.LIAISON)
    rows = [
        TableRow(number, {"name": name, "birth_date": born, "phone": phone, "province": province.name, "paper": paper})
        for number, (name, born, phone, paper) in enumerate(PEOPLE, start=2)
    ]
    register_group(rows=interpret(rows, on=today), organisation=centre, by=liaison, on=today)
    helped = Worker.objects.helped().order_by("pk")[0]
    opening = Opening.objects.open_on(today).select_related("created_by").order_by("created_by", "pk")[0]
    invite(opening=opening, workers=[helped.pk], by=opening.created_by, on=today)
