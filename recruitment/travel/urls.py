from django.urls import path

from recruitment.travel import checkpoint_views, pass_views, trip_views

app_name = "travel"
urlpatterns = [
    path("my/pass/", pass_views.own_pass, name="own_pass"),
    path("my/pass/offline.js", pass_views.own_pass_keeper, name="own_pass_keeper"),
    path("entry-pass-keys.json", pass_views.key_set, name="key_set"),
    path("checkpoint/", checkpoint_views.checkpoint, name="checkpoint"),
    path("checkpoint/choose/", checkpoint_views.choose, name="choose_checkpoint"),
    path("checkpoint/decide/", checkpoint_views.decide, name="decide"),
    path("checkpoint/offline.js", checkpoint_views.checkpoint_keeper, name="checkpoint_keeper"),
    path("checkpoint/pack.json", checkpoint_views.pack, name="pack"),
    path("checkpoint/crossings/", checkpoint_views.crossings, name="crossings"),
    path("checkpoint/inside/", checkpoint_views.inside, name="inside"),
    path("trips/", trip_views.trip_list, name="trips"),
    path("trips/new/", trip_views.new_trip, name="new_trip"),
    path("trips/<int:pk>/", trip_views.trip, name="trip"),
    path("trips/<int:pk>/manifest/", trip_views.manifest, name="manifest"),
    *(path(f"trips/<int:pk>/{act}/", trip_views.step, {"act": act}, name=f"{act}_trip") for act in trip_views.STEPS),
    path("seats/<int:pk>/board/", trip_views.board_seat, name="board_seat"),
    path("seats/<int:pk>/off/", trip_views.step_off, name="step_off"),
    path("routes/", trip_views.routes, name="routes"),
    path("routes/<int:pk>/decide/", trip_views.route_decision, name="route_decision"),
]
