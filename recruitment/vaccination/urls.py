from django.urls import path

from recruitment.vaccination import factory_views, import_views, views, wave_views

app_name = "vaccination"
urlpatterns = [
    path("vaccination/", views.coverage, name="coverage"),
    path("vaccination/reports/<int:pk>/", views.history, name="history"),
    path("vaccination/operators/report/", views.report_for_operator, name="report_operator"),
    path("vaccination/communes/report/", views.report_for_commune, name="report_commune"),
    path("vaccination/import/", import_views.upload, name="import"),
    path("vaccination/import/<uuid:key>/", import_views.check, name="import_check"),
    path("vaccination/waves/", wave_views.waves, name="waves"),
    path("vaccination/waves/new/", wave_views.new, name="new_wave"),
    path("vaccination/waves/<int:pk>/", wave_views.change, name="change_wave"),
    path("vaccination/factories/", factory_views.factories, name="factories"),
    path("vaccination/factories/<int:pk>/", factory_views.report, name="report_factory"),
    path("vaccination/reports/<int:pk>/unchanged/", factory_views.unchanged, name="unchanged"),
]
