from django.urls import path

from recruitment.travel import checkpoint_views, pass_views

app_name = "travel"
urlpatterns = [
    path("my/pass/", pass_views.own_pass, name="own_pass"),
    path("my/pass/offline.js", pass_views.own_pass_keeper, name="own_pass_keeper"),
    path("entry-pass-keys.json", pass_views.key_set, name="key_set"),
    path("checkpoint/", checkpoint_views.checkpoint, name="checkpoint"),
    path("checkpoint/decide/", checkpoint_views.decide, name="decide"),
    path("checkpoint/offline.js", checkpoint_views.checkpoint_keeper, name="checkpoint_keeper"),
    path("checkpoint/pack.json", checkpoint_views.pack, name="pack"),
    path("checkpoint/crossings/", checkpoint_views.crossings, name="crossings"),
    path("checkpoint/inside/", checkpoint_views.inside, name="inside"),
]
