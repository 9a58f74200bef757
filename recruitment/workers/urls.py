from django.urls import path

from recruitment.workers import group_views, helped_views, roster_views, views

app_name = "workers"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-in/new-code/", views.new_code, name="new_code"),
    path("register/", views.register, name="register"),
    path("my/profile/", views.profile, name="profile"),
    path("my/profile/edit/", views.edit, name="edit"),
    path("my/profile/print/", views.print_profile, name="print"),
    path("my/profile/visibility/", views.visibility, name="visibility"),
    path("roster/", roster_views.roster, name="roster"),
    path("roster/<uuid:key>/", roster_views.check, name="roster_check"),
    path("my/consents/", views.consents, name="consents"),
    path("i/<str:code>/", views.invitation, name="invitation"),
    path("groups/", group_views.groups, name="groups"),
    path("groups/person/", helped_views.person, name="person"),
    path("groups/people/", helped_views.helped, name="helped"),
    path("groups/people/<int:pk>/phone/", helped_views.add_phone, name="add_phone"),
    path("groups/unanswered/", helped_views.unanswered, name="unanswered"),
    path("groups/new/", group_views.upload, name="group_upload"),
    path("groups/new/<uuid:key>/", group_views.check, name="group_check"),
    path("groups/new/<uuid:key>/<int:number>/", group_views.mend_row, name="group_row"),
]
