"""The API of site systems: a site's figures read and written, with versions (ETag, If-Match) and idempotency keys."""

import datetime as dt
import re
from itertools import pairwise

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.response import Response

from recruitment.accounts.api import KeyAuthentication, PerKeyThrottle, TableView, key_of
from recruitment.quarantine.forms import LARGEST_SITE, LEDGER_DAYS
from recruitment.quarantine.models import Site
from recruitment.quarantine.services.capacity_requests import (
    DONE,
    NIGHTS_ANSWERED,
    FiguresChanged,
    KeyUsedOtherwise,
    Period,
    figures_of,
    update_capacity_once,
    version_of,
)

MOST_PERIODS = 60
KEY = re.compile(r"[\x21-\x7e]{1,128}")
DAY = dt.timedelta(days=1)


class Strict(serializers.Serializer):
    """What has no meaning is refused by name, not ignored."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in set(data) - set(self.fields))):
            raise serializers.ValidationError({name[:60]: [_("Không có mục này.")] for name in unknown})
        return super().to_internal_value(data)


class FiguresQuery(Strict):
    first = serializers.DateField(required=False, help_text=gettext_lazy("Đêm đầu tiên; mặc định đêm nay."))
    nights = serializers.IntegerField(
        required=False, default=NIGHTS_ANSWERED, min_value=1, max_value=LEDGER_DAYS + 1, help_text=gettext_lazy("Bao nhiêu đêm.")
    )


class PeriodInput(Strict):
    first = serializers.DateField(help_text=gettext_lazy("Đêm đầu, từ hôm nay."))
    last = serializers.DateField(help_text=gettext_lazy("Đêm cuối, kể cả đêm ấy, trong một năm tới."))
    capacity = serializers.IntegerField(min_value=0, max_value=LARGEST_SITE, help_text=gettext_lazy("Số giường mở mỗi đêm."))

    def validate(self, attrs):
        today = timezone.localdate()
        if attrs["first"] < today:
            raise serializers.ValidationError({"first": [_("Đêm đầu phải từ hôm nay.")]})
        if attrs["last"] < attrs["first"]:
            raise serializers.ValidationError({"last": [_("Đêm cuối phải từ đêm đầu trở đi.")]})
        if attrs["last"] > today + LEDGER_DAYS * DAY:
            raise serializers.ValidationError({"last": [_("Sổ giường chỉ mở trong một năm tới.")]})
        return attrs


class CapacityInput(Strict):
    """PUT wants at least one period; PATCH without any says that the figures are right as they stand."""

    periods = PeriodInput(many=True, required=False, help_text=gettext_lazy("Tối đa 60 khoảng, không chồng nhau; ghi tất cả hoặc không ghi gì."))

    def validate_periods(self, periods):
        if len(periods) > MOST_PERIODS:
            raise serializers.ValidationError(_("Tối đa %(most)d khoảng một lần.") % {"most": MOST_PERIODS})
        ordered = sorted(periods, key=lambda period: period["first"])
        if any(later["first"] <= earlier["last"] for earlier, later in pairwise(ordered)):
            raise serializers.ValidationError(_("Các khoảng không được chồng nhau."))
        return periods


class NightFigures(serializers.Serializer):
    night = serializers.DateField()
    capacity = serializers.IntegerField(help_text=gettext_lazy("Giường mở."))
    reserved = serializers.IntegerField(help_text=gettext_lazy("Dự phòng chưa dùng."))
    occupied = serializers.IntegerField(help_text=gettext_lazy("Đang ở hoặc đã xếp người."))
    usable = serializers.IntegerField(help_text=gettext_lazy("Chưa hứa cho ai."))


class SiteFigures(serializers.Serializer):
    site = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    figures_confirmed_at = serializers.DateTimeField(allow_null=True)
    age_minutes = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("Tuổi của số liệu; không thuộc phiên bản (ETag)."))
    state = serializers.ChoiceField(["fresh", "old", "stale"], help_text=gettext_lazy("old: cần xác nhận lại; stale: không được phân bổ."))
    warned_after_hours = serializers.IntegerField()
    not_offered_after_hours = serializers.IntegerField()
    nights = NightFigures(many=True)


class Promised(serializers.Serializer):
    detail = serializers.CharField()
    night = serializers.DateField()
    promised = serializers.IntegerField()
    asked = serializers.IntegerField()
    holders = serializers.ListField(child=serializers.CharField(), help_text=gettext_lazy("Ai giữ bao nhiêu giường đêm ấy."))


ERRORS = {"type": "object"}
DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
SITE = OpenApiParameter("id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH)
IF_MATCH = OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description=gettext_lazy("ETag của lần đọc trước; thiếu thì 428."))
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=gettext_lazy("Bắt buộc. Gửi lại với cùng khóa trong 24 giờ nhận lại đúng câu trả lời đầu; khóa cũ với nội dung khác: 422."),
)
WRITTEN = {
    200: SiteFigures,
    400: OpenApiResponse(ERRORS, gettext_lazy("Mục nào sai, và vì sao.")),
    401: OpenApiResponse(DETAIL, gettext_lazy("Không có khóa, hoặc khóa sai, hết hạn, đã thu hồi: vì sao và làm gì tiếp.")),
    403: OpenApiResponse(DETAIL, gettext_lazy("Không phải quản lý khu, hoặc khóa chỉ được đọc.")),
    404: OpenApiResponse(DETAIL, gettext_lazy("Không có khu này, hoặc của đơn vị khác.")),
    409: OpenApiResponse(Promised, gettext_lazy("Thấp hơn số đã hứa: ai giữ bao nhiêu.")),
    412: OpenApiResponse(SiteFigures, gettext_lazy("Số liệu đã đổi từ lần đọc trước: số liệu hiện nay.")),
    422: OpenApiResponse(DETAIL, gettext_lazy("Khóa đã dùng cho yêu cầu khác.")),
    428: OpenApiResponse(DETAIL, gettext_lazy("Thiếu If-Match.")),
    415: OpenApiResponse(DETAIL, gettext_lazy("Chỉ nhận JSON.")),
    429: OpenApiResponse(DETAIL, gettext_lazy("Hỏi quá nhiều; Retry-After nói bao giờ hỏi lại.")),
}


class CapacityView(TableView):
    """A site's open, reserved and taken beds, for its own system."""

    permission = "quarantine.manage_site"
    authentication_classes = [KeyAuthentication, SessionAuthentication]
    throttle_classes = [PerKeyThrottle]
    throttle_scope = "capacity"

    @extend_schema(
        operation_id="site_capacity",
        summary=gettext_lazy("Đọc số liệu của khu cách ly mình quản lý"),
        parameters=[SITE, FiguresQuery, OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={code: WRITTEN[code] for code in (200, 400, 401, 403, 404, 429)} | {304: None},
    )
    def get(self, request, pk):
        site = _managed(request, pk)
        asked = FiguresQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        today, version = timezone.localdate(), version_of(site)
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if "*" in known or _quoted(version) in [tag.removeprefix("W/") for tag in known]:
            return _answer(None, version, status.HTTP_304_NOT_MODIFIED)
        first = asked.validated_data.get("first") or today
        figures = figures_of(site, first=first, nights=asked.validated_data["nights"], now=timezone.now(), on=today)
        return _answer(figures, version)

    @extend_schema(
        operation_id="set_site_capacity",
        summary=gettext_lazy("Ghi số giường mở"),
        request=CapacityInput,
        parameters=[SITE, IF_MATCH, IDEMPOTENCY_KEY],
        responses=WRITTEN,
    )
    def put(self, request, pk):
        return self.write(request, pk, confirms=False)

    @extend_schema(
        operation_id="confirm_site_capacity",
        summary=gettext_lazy("Ghi một phần, hoặc xác nhận số liệu không đổi"),
        description=gettext_lazy("Không có periods: số liệu vẫn đúng, tuổi tính lại từ đầu."),
        request=CapacityInput,
        parameters=[SITE, IF_MATCH, IDEMPOTENCY_KEY],
        responses=WRITTEN,
    )
    def patch(self, request, pk):
        return self.write(request, pk, confirms=True)

    def write(self, request, pk, *, confirms: bool) -> Response:
        site, today = _managed(request, pk), timezone.localdate()
        asked = CapacityInput(data=request.data)
        asked.is_valid(raise_exception=True)
        periods = [Period(**period) for period in asked.validated_data.get("periods", [])]
        if not (periods or confirms):
            raise serializers.ValidationError({"periods": [_("Cần ít nhất một khoảng.")]})
        key = request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            raise serializers.ValidationError({"Idempotency-Key": [_("Cần khóa từ 1 đến 128 ký tự ASCII không dấu cách.")]})
        if "If-Match" not in request.headers:
            return Response({"detail": _("Cần If-Match: ETag của lần đọc trước.")}, status.HTTP_428_PRECONDITION_REQUIRED)
        tags = parse_etags(request.headers["If-Match"])
        seen = None if tags == ["*"] else [tag.strip('"') for tag in tags if not tag.startswith("W/")]
        try:
            answer = update_capacity_once(
                site=site, periods=periods, key=key, seen=seen, by=request.user, api_key=key_of(request), now=timezone.now(), on=today
            )
        except KeyUsedOtherwise as refusal:
            return Response({"detail": refusal.for_people()}, status.HTTP_422_UNPROCESSABLE_ENTITY)
        except FiguresChanged as conflict:
            site.refresh_from_db()
            now = figures_of(site, first=today, nights=NIGHTS_ANSWERED, now=timezone.now(), on=today)
            return _answer(now, conflict.facts["version"], status.HTTP_412_PRECONDITION_FAILED)
        return _answer(answer.body, answer.version, status.HTTP_200_OK if answer.outcome == DONE else status.HTTP_409_CONFLICT)


def _managed(request, pk) -> Site:
    api_key = key_of(request)
    sites = Site.objects.filter(organisation=api_key.organisation_id) if api_key else Site.objects.managed_by(request.user)
    return get_object_or_404(sites, pk=pk)


def _quoted(version: str) -> str:
    return f'"{version}"'


def _answer(body: dict | None, version: str, code: int = status.HTTP_200_OK) -> Response:
    """With the version; for the caller alone, and asked for again each time."""
    response = Response(body, code, headers={"ETag": _quoted(version)})
    patch_cache_control(response, private=True, no_cache=True)
    return response
