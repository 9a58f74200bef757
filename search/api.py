"""The API's ranked lists: openings for everybody, candidates for the recruiters of an opening."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.response import Response

from recruitment.accounts.api import TableView
from recruitment.applications.models import Application
from recruitment.openings.models import Opening
from search.queries.candidates import find_candidates
from search.queries.changes import Changes, changes
from search.queries.openings import find_openings, listed
from search.representations import CHANGED_SINCE, CandidateQuery, ChangesQuery, FollowedOpenings, FoundCandidates, FoundOpenings, OpeningQuery

KEPT_SECONDS = 60  # by partners and by caches between them and us
REFUSED = OpenApiResponse(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}, _("Tham số nào sai, và vì sao.")
)
TOO_MANY = OpenApiResponse({"type": "object", "properties": {"detail": {"type": "string"}}}, _("Hỏi quá nhiều; Retry-After nói bao giờ hỏi lại."))


@method_decorator([cache_control(public=True, max_age=KEPT_SECONDS), conditional_page], name="dispatch")
class OpeningsView(TableView):
    """Openings that take people."""

    permission = "openings.read"
    authentication_classes = []
    throttle_scope = "openings"

    @extend_schema(
        operation_id="openings",
        summary=_("Tìm tin tuyển dụng, hoặc theo dõi thay đổi"),
        description=_("Có changed_since: những tin thay đổi từ lúc ấy, để giữ một bản sao. Không có: một trang kết quả tìm kiếm."),
        parameters=[OpeningQuery, ChangesQuery, OpenApiParameter("changed_since", OpenApiTypes.DATETIME, description=CHANGED_SINCE)],
        responses={
            200: PolymorphicProxySerializer("Openings", [FoundOpenings, FollowedOpenings], resource_type_field_name=None),
            400: REFUSED,
            429: TOO_MANY,
        },
    )
    def get(self, request):
        return self.followed(request) if "changed_since" in request.query_params else self.found(request)

    def found(self, request) -> Response:
        asked = OpeningQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        answer = find_openings(asked.parameters(), user=request.user, on=timezone.localdate())
        return Response(FoundOpenings(answer, context={"request": request}).data)

    def followed(self, request) -> Response:
        asked = ChangesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        since, after, size = (asked.validated_data[name] for name in ("changed_since", "after", "size"))
        shown = listed(user=request.user, on=timezone.localdate())
        found = changes(shown, since=since, after=after, size=size, now=timezone.now())

        def address(answer: Changes) -> str:
            query = QueryDict(mutable=True)
            query.update({"changed_since": answer.since.isoformat(), "after": answer.after, "size": size})
            return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

        return Response(FollowedOpenings(found, context={"request": request, "next": address}).data)


class CandidatesView(TableView):
    """People for one opening of the recruiter's own enterprise, ranked."""

    permission = "candidates.search"
    throttle_scope = "candidates"

    @extend_schema(
        operation_id="candidates",
        summary=_("Tìm người cho một tin của đơn vị mình"),
        parameters=[CandidateQuery],
        responses={200: FoundCandidates, 400: REFUSED, 403: OpenApiResponse(description=_("Không phải nhà tuyển dụng.")), 404: None, 429: TOO_MANY},
    )
    def get(self, request):
        asked = CandidateQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        own = Opening.objects.owned_by(request.user).select_related("factory__zone", "occupation")
        wanted = get_object_or_404(own, pk=asked.validated_data["opening"])
        applied = frozenset(Application.objects.open().filter(opening=wanted).values_list("worker", flat=True))
        found = find_candidates(wanted, asked.parameters(without=applied), user=request.user, on=timezone.localdate())
        response = Response(FoundCandidates(found, context={"request": request}).data)
        patch_cache_control(response, private=True, no_store=True)
        return response
