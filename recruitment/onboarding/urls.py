from django.urls import path

from recruitment.onboarding import (
    batch_views,
    breach_views,
    cohort_views,
    recruiter_views,
    replacement_views,
    start_urls,
    task_views,
    trip_views,
    worker_views,
)

app_name = "onboarding"
urlpatterns = [
    *start_urls.urlpatterns,
    path("applications/<int:pk>/withdraw/", worker_views.withdraw_page, name="withdraw"),
    path("applicants/<int:pk>/accept/", recruiter_views.accept_applicant, name="accept"),
    path("applications/<int:pk>/confirm/", worker_views.confirm_page, name="confirm"),
    path("applicants/<int:pk>/wait/", recruiter_views.wait, name="wait"),
    path("applicants/<int:pk>/wait/stop/", recruiter_views.stop, name="stop_waiting"),
    path("openings/<int:pk>/wait/", batch_views.wait_for_chosen, name="wait_many"),
    path("applicants/<int:pk>/undo/", recruiter_views.undo, name="undo"),
    path("outbreaks/<int:pk>/replacements/send/", replacement_views.send_replacements, name="send_replacements"),
    path("outbreaks/<int:pk>/replacements/support/", replacement_views.ask_department, name="ask_department"),
    path("applications/<int:pk>/tasks/", task_views.own_tasks, name="own_tasks"),
    path("applications/<int:pk>/trip/", task_views.choose_own_trip, name="choose_trip"),
    path("applications/<int:pk>/papers/", task_views.tick_own, name="tick_papers"),
    path("applicants/<int:pk>/tasks/", task_views.tasks_of_applicant, name="tasks"),
    path("applicants/<int:pk>/contract/", task_views.tick_contract, name="tick_contract"),
    path("trips/wanted/", trip_views.wanted_trips, name="wanted_trips"),
    path("trips/wanted/<int:route>/<str:day>/", trip_views.open_wanted_trip, name="open_wanted_trip"),
    path("trips/<int:pk>/depart/", trip_views.depart, name="depart_trip"),
    path("trips/<int:pk>/cancel/", trip_views.cancel, name="cancel_trip"),
    path("seats/<int:pk>/miss/", trip_views.miss, name="miss_seat"),
    path("coming/", task_views.arrivals, name="arrivals"),
    path("coming/<int:pk>/<int:year>/<int:month>/<int:day>/", cohort_views.cohort, name="cohort"),
    path("breaches/", breach_views.breaches, name="breaches"),
    path("breaches/<int:pk>/repair/", breach_views.repair_breach, name="repair"),
    path("breaches/<int:pk>/undo/", breach_views.undo, name="undo_repair"),
    path("openings/<int:pk>/accept/", batch_views.accept_chosen, name="accept_many"),
    path("batches/<int:pk>/", batch_views.progress, name="batch"),
]
