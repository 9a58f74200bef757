"""What the API takes and gives. Zones, occupations and skills go by their codes; money is đồng a month; days are ISO 8601."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recruitment.occupations.models import Occupation, Skill
from recruitment.openings.models import Opening
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Shift
from search import addresses
from search.documents import BY_DORMITORY, BY_SHUTTLE, RIDES, STOP
from search.explanations import blocker_text, reason_text
from search.forms import CANDIDATE_ORDERS, CODE, FITS, LONGEST_QUERY, LONGEST_STOP, OPENING_ORDERS
from search.queries import openings as opening_queries
from search.queries.candidates import CandidateParameters
from search.queries.changes import MOST
from search.queries.openings import HIGHEST_WAGE, OpeningParameters
from search.queries.results import last_page

WITHOUT_A_PERSON = [(value, label) for value, label in OPENING_ORDERS if value != opening_queries.MATCH]

CHANGED_SINCE = _("Thời điểm, có múi giờ: những tin có thay đổi sau đó, tin đã thôi tuyển cũng được báo.")


class Parameters(serializers.Serializer):
    """Of an address. What has no meaning is refused by name, not ignored."""

    def validate(self, attrs):
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name[:60]: [_("Không có tham số này.")] for name in unknown})
        return attrs


class PlaceField(serializers.CharField):
    """A place in a list, as the page before it said."""

    default_error_messages = {"no_place": _("Hãy chép nguyên next_after của trang trước.")}

    def to_internal_value(self, data):
        place = addresses.place_of(super().to_internal_value(data))
        return place or self.fail("no_place")


class Page(Parameters):
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=last_page(), help_text=_("Trang, mỗi trang 20 kết quả."))
    after = PlaceField(required=False, default=(), help_text=_("Chép từ next_after: trang này nối ngay sau trang trước dù danh sách vừa đổi."))


class CodeField(serializers.SlugRelatedField):
    """A row by its code. What can't be a code, a NUL byte for one, is not looked for in the database."""

    def to_internal_value(self, data):
        if not isinstance(data, str) or not CODE.fullmatch(data):
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        return super().to_internal_value(data)


def codes_of(model, **options) -> serializers.ManyRelatedField:
    return CodeField(many=True, required=False, slug_field="code", queryset=model.objects.order_by("pk"), **options)


class OpeningQuery(Page):
    q = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_QUERY, help_text=_("Từ tìm: việc gì, ở đâu, điều kiện gì; có dấu hay không.")
    )
    zones = codes_of(IndustrialZone, help_text=_("Mã khu công nghiệp; nhiều mã thì khớp một là đủ."))
    occupations = codes_of(Occupation, help_text=_("Mã nghề theo ISCO-08."))
    shifts = serializers.MultipleChoiceField(required=False, choices=Shift.choices, help_text=_("Ca làm."))
    wage_from = serializers.IntegerField(
        required=False, min_value=1, max_value=HIGHEST_WAGE, help_text=_("Thu nhập đạt từ, đồng một tháng; tin không nêu thu nhập vẫn được giữ.")
    )
    dormitory = serializers.BooleanField(required=False, default=False, help_text=_("Chỉ tin có ký túc xá."))
    commute = serializers.ListField(
        required=False,
        max_length=10,
        child=serializers.RegexField(rf"^({'|'.join([BY_DORMITORY, BY_SHUTTLE, *RIDES.values()])}|{STOP}.+)$", max_length=LONGEST_STOP),
        help_text=_("Đi làm bằng: dormitory, shuttle, ride:15 (hay 30, 45, 60 phút, kể cả ở ký túc xá), hoặc stop: và tên điểm đón."),
    )
    start_by = serializers.DateField(required=False, help_text=_("Bắt đầu trước hoặc vào ngày."))
    sort = serializers.ChoiceField(
        required=False, choices=WITHOUT_A_PERSON, help_text=_("Xếp theo; mặc định: sát từ tìm nhất, không có từ thì mới nhất.")
    )

    def parameters(self) -> OpeningParameters:
        asked = dict(self.validated_data)
        keys = {name: tuple(row.pk for row in asked.pop(name, ())) for name in ("zones", "occupations")}
        several = {name: tuple(sorted(asked.pop(name, ()))) for name in ("shifts", "commute")}
        return OpeningParameters(**asked, **keys, **several)


class ChangesQuery(Parameters):
    changed_since = serializers.DateTimeField(help_text=CHANGED_SINCE)
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**63 - 1, help_text=_("Chép từ next; không tự đặt."))
    size = serializers.IntegerField(required=False, default=MOST, min_value=1, max_value=MOST)


class CandidateQuery(Page):
    opening = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("Mã tin tuyển dụng của đơn vị bạn."))
    fit = serializers.ChoiceField(required=False, choices=FITS, help_text=_("Đúng nghề, đúng nghề hoặc nghề gần, hoặc mọi người."))
    ready_by = serializers.DateField(required=False, help_text=_("Vào làm được trước hoặc vào ngày."))
    shifts = serializers.MultipleChoiceField(required=False, choices=Shift.choices, help_text=_("Ca làm được."))
    skills = codes_of(Skill, help_text=_("Mã kỹ năng; phải có đủ."))
    sort = serializers.ChoiceField(required=False, choices=CANDIDATE_ORDERS, help_text=_("Hợp nhất, hoặc vào làm sớm nhất."))

    def parameters(self, *, without: frozenset[int]) -> CandidateParameters:
        asked = {name: value for name, value in self.validated_data.items() if name != "opening"}
        several = {"skills": tuple(row.pk for row in asked.pop("skills", ())), "shifts": tuple(sorted(asked.pop("shifts", ())))}
        return CandidateParameters(**asked, **several, without=without)


class Coded(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField(source="*", help_text=_("Tên bằng ngôn ngữ của câu trả lời."))


class OpeningRepresentation(serializers.ModelSerializer):
    """What everybody may read of an opening that takes people."""

    address = serializers.SerializerMethodField()
    enterprise = serializers.CharField(source="factory.enterprise.name")
    factory = serializers.CharField(source="factory.name")
    zone = Coded(source="factory.zone")
    occupation = Coded()
    places_left = serializers.IntegerField(source="places", help_text=_("Số chỗ còn tuyển."))
    shuttle_stops = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")

    class Meta:
        model = Opening
        fields = [
            *("id", "address", "title", "enterprise", "factory", "zone", "occupation", "places_left", "shift", "hours_per_day", "hours_per_week"),
            *("overtime_hours_per_week", "wage_min", "wage_max", "experience_months", "has_dormitory", "shuttle_stops", "starts_on", "closes_on"),
            *("published_at", "confirmed_at", "description"),
        ]

    @extend_schema_field(serializers.URLField())
    def get_address(self, opening: Opening) -> str:
        return self.context["request"].build_absolute_uri(reverse("search:opening", args=[opening.pk]))


class FacetValueRepresentation(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField(help_text=_("Số kết quả nếu chọn."))
    chosen = serializers.BooleanField()


class FoundRepresentation(serializers.Serializer):
    """One page of a ranked list."""

    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField(help_text=_("Trang sâu nhất xem được."))
    next_after = serializers.SerializerMethodField(help_text=_("after của trang sau; null: không có trang sau."))
    sort = serializers.CharField()
    unavailable_since = serializers.DateTimeField(
        allow_null=True, help_text=_("Khác null: xếp hạng tạm nghỉ từ lúc ấy; danh sách mới nhất, chưa lọc hết, không có facets.")
    )
    facets = serializers.DictField(child=FacetValueRepresentation(many=True))

    def get_next_after(self, found) -> str | None:
        return addresses.written_place(found.ends_at) if found.page < found.pages else None


class UnderstoodRepresentation(serializers.Serializer):
    corrected = serializers.DictField(child=serializers.CharField(), help_text=_("Từ đã gõ và từ được hiểu."))
    relaxed = serializers.BooleanField(help_text=_("Không tin nào có đủ các từ, nên có thể thiếu vài từ hoặc khác dấu."))


class FoundOpenings(FoundRepresentation):
    understood = UnderstoodRepresentation()
    results = serializers.SerializerMethodField()

    @extend_schema_field(OpeningRepresentation(many=True))
    def get_results(self, found) -> list:
        return OpeningRepresentation([row.row for row in found.rows], many=True, context=self.context).data


class ChangeRepresentation(serializers.Serializer):
    id = serializers.IntegerField(source="opening")
    changed_at = serializers.DateTimeField()
    gone = serializers.BooleanField(help_text=_("Tin không còn nhận người: xoá khỏi bản sao của bạn."))
    opening = OpeningRepresentation(source="row", allow_null=True)


class FollowedOpenings(serializers.Serializer):
    results = ChangeRepresentation(source="changes", many=True)
    more = serializers.BooleanField(help_text=_("Còn nữa: hỏi tiếp ngay bằng next."))
    next = serializers.SerializerMethodField(help_text=_("Địa chỉ để hỏi lần sau. Một tin có thể được báo hai lần, không tin nào bị sót."))

    @extend_schema_field(serializers.URLField())
    def get_next(self, changes) -> str:
        return self.context["next"](changes)


class ExperienceRepresentation(serializers.Serializer):
    occupation = Coded()
    months = serializers.IntegerField(source="experience_months")


class NoteRepresentation(serializers.Serializer):
    rule = serializers.CharField()
    text = serializers.SerializerMethodField()

    def __init__(self, *arguments, say=reason_text, **options):
        super().__init__(*arguments, **options)
        self.say = say

    def get_text(self, note) -> str:
        return self.say(note)


class CandidateRepresentation(serializers.Serializer):
    """What a recruiter sees before somebody applies: no name, no phone, nothing of health."""

    id = serializers.IntegerField(source="row.pk")
    occupations = ExperienceRepresentation(source="row.occupations.all", many=True)
    score = serializers.IntegerField(source="match.score")
    best = serializers.IntegerField(source="match.best", help_text=_("Điểm của người hợp hoàn toàn."))
    reasons = NoteRepresentation(source="match.reasons", many=True)
    blockers = NoteRepresentation(source="match.blockers", many=True, say=blocker_text)


class FoundCandidates(FoundRepresentation):
    results = CandidateRepresentation(source="rows", many=True)
