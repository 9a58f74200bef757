from django.urls import path

from recruitment.quarantine import outbreak_views, pool_views, transfer_views, views, waiting_views

app_name = "quarantine"
urlpatterns = [
    path("sites/", views.sites, name="sites"),
    path("sites/<int:pk>/", views.site, name="site"),
    path("sites/<int:pk>/capacity/", views.change_site_capacity, name="change_capacity"),
    path("sites/<int:pk>/confirm/", views.confirm_site_figures, name="confirm_figures"),
    path("stays/<int:pk>/admit/", views.admit_person, name="admit"),
    path("stays/<int:pk>/release/", views.release_person, name="release"),
    path("backup/", views.backup, name="backup"),
    path("backup/<int:pk>/", views.factory_backup, name="factory_backup"),
    path("backup/<int:pk>/reserve/", views.reserve, name="reserve"),
    path("backup/<int:pk>/join-pool/", pool_views.join, name="join_pool"),
    path("backup/<int:pk>/leave-pool/", pool_views.leave, name="leave_pool"),
    path("backup/<int:pk>/wait/", waiting_views.wait, name="wait"),
    path("backup/<int:pk>/waiting/<int:request_pk>/take/", waiting_views.take, name="take_offer"),
    path("backup/<int:pk>/waiting/<int:request_pk>/leave/", waiting_views.leave, name="leave_list"),
    path("stays/<int:stay_pk>/transfer/", transfer_views.request_transfer, name="request_transfer"),
    path("transfers/", transfer_views.transfer_list, name="transfers"),
    *(path(f"transfers/<int:pk>/{act}/", transfer_views.step, {"act": act}, name=f"{act}_transfer") for act in transfer_views.STEPS),
    *(path(f"transfers/<int:pk>/{act}/", transfer_views.end, {"act": act}, name=f"{act}_transfer") for act in transfer_views.ENDINGS),
    path("outbreaks/", outbreak_views.outbreak_list, name="outbreaks"),
    path("outbreaks/declare/", outbreak_views.declare, name="declare_case"),
    path("outbreaks/<int:pk>/", outbreak_views.outbreak, name="outbreak"),
    path("outbreaks/<int:pk>/contacts/", outbreak_views.contacts, name="contacts"),
    path("outbreaks/<int:pk>/manifest/", outbreak_views.manifest, name="manifest"),
    path("outbreaks/<int:pk>/lock/", outbreak_views.lock, name="lock"),
    path("outbreaks/<int:pk>/unlock/", outbreak_views.unlock, name="unlock"),
    path("outbreaks/<int:pk>/close/", outbreak_views.close, name="close_outbreak"),
    path("capacity/", views.capacity, name="capacity"),
    path("capacity/waiting/", waiting_views.waiting_list, name="waiting_list"),
    path("capacity/sizing/", pool_views.sizing, name="sizing"),
    path("capacity/pools/<int:zone_pk>/open/", pool_views.open_zone_pool, name="open_pool"),
]
