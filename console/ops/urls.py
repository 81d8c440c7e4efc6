"""Addresses of the operators' console."""

from django.urls import path

from console.ops import audit, jobs, lifecycle, onboarding, operators, outbox, tenants

app_name = "ops"

urlpatterns = [
    path("", tenants.directory, name="tenants"),
    path("tenants/new/", onboarding.new, name="tenant-new"),
    path("tenants/new/address/", onboarding.address_check, name="address-check"),
    path("tenants/<slug:slug>/", tenants.tenant, name="tenant"),
    path("tenants/<slug:slug>/suspend/", lifecycle.suspend, name="tenant-suspend"),
    path("tenants/<slug:slug>/resume/", lifecycle.resume, name="tenant-resume"),
    path("tenants/<slug:slug>/plan/", lifecycle.plan, name="tenant-plan"),
    path("tenants/<slug:slug>/onboarding/", onboarding.watch, name="onboarding"),
    path("tenants/<slug:slug>/onboarding/progress/", onboarding.progress, name="onboarding-progress"),
    path("tenants/<slug:slug>/onboarding/retry/", onboarding.retry, name="onboarding-retry"),
    path("tenants/<slug:slug>/onboarding/roll-back/", onboarding.roll_back, name="onboarding-roll-back"),
    path("jobs/", jobs.page, name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.job, name="job"),
    path("jobs/<uuid:job_id>/progress/", jobs.progress, name="job-progress"),
    path("jobs/<uuid:job_id>/retry/", jobs.retry, name="job-retry"),
    path("jobs/<uuid:job_id>/cancel/", jobs.cancel, name="job-cancel"),
    path("audit/", audit.page, name="audit"),
    path("operators/", operators.page, name="operators"),
    path("outbox/", outbox.page, name="outbox"),
    path("outbox/<str:message_id>/", outbox.message, name="outbox-message"),
]
