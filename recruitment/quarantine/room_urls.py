"""A site's rooms and beds, its quick update, and the keys of its own programs."""

from django.urls import path

from recruitment.quarantine import figure_views, key_views, room_import_views, room_views

urlpatterns = [
    path("sites/<int:pk>/update/", figure_views.quick_update, name="quick_update"),
    path("sites/<int:pk>/update/offline.js", figure_views.keep_offline, name="keep_figures_offline"),
    path("sites/<int:pk>/keys/", key_views.keys, name="keys"),
    path("keys/<int:pk>/revoke/", key_views.revoke, name="revoke_key"),
    path("sites/<int:pk>/rooms/", room_views.room_map, name="rooms"),
    path("sites/<int:pk>/rooms/arrivals/", room_views.arrivals, name="assign_arrivals"),
    path("sites/<int:pk>/rooms/import/", room_import_views.upload, name="room_import"),
    path("sites/<int:pk>/rooms/import/<uuid:key>/", room_import_views.check, name="room_import_check"),
    path("rooms/<int:pk>/", room_views.room, name="room"),
    path("rooms/<int:pk>/clean/", room_views.clean, name="clean_room"),
    path("rooms/<int:pk>/close/", room_views.close, name="close_room"),
    path("rooms/<int:pk>/open/", room_views.reopen, name="open_room"),
    path("stays/<int:pk>/bed/", room_views.bed_of, name="bed"),
]
