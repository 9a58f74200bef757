from django.urls import path, register_converter

from recruitment.openings import import_views, views


class StepConverter:
    regex = "[1-4]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(StepConverter, "step")

app_name = "openings"
urlpatterns = [
    path("openings/", views.board, name="board"),
    path("openings/new/", views.new, name="new"),
    path("openings/import/", import_views.upload, name="import"),
    path("openings/import/<uuid:key>/", import_views.check, name="import_check"),
    path("openings/<int:pk>/", views.manage, name="manage"),
    path("openings/<int:pk>/steps/<step:number>/", views.step, name="step"),
    path("openings/<int:pk>/resume/", views.resume, name="resume"),
    path("openings/<int:pk>/pause/", views.pause, name="pause"),
    path("openings/<int:pk>/copy/", views.copy, name="copy"),
    path("wording/", views.wording_queue, name="wording_queue"),
    path("wording/<int:pk>/", views.review_wording, name="review_wording"),
]
