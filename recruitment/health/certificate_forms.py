"""Sending a certificate; and, for health officers, keys to trust and certificates to revoke."""

import re
from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.health.certificate_explanations import EXPLANATIONS
from recruitment.health.certificates.pictures import MOST_MEGABYTES, text_in_picture
from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.shared.forms import CleanCharField
from recruitment.shared.refusals import Refusal

MOST_TYPED_CHARACTERS = 20_000  # a certificate has a tenth; a longer paste is told what is wrong with it, not cut
MOST_BUNDLE_CHARACTERS = 1_500_000
INVISIBLE = re.compile(r"[\r\n\t\u200b\u2060\ufeff]+")
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class CertificateForm(forms.Form):
    """A photo of the code or its text; cleans to `text`, the certificate as it stands in the code."""

    photo = forms.FileField(
        label=_("Ảnh mã QR"),
        help_text=_("Chụp bằng máy ảnh hoặc chọn ảnh chụp màn hình. JPG, PNG, WebP, tối đa 20 MB."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    typed = forms.CharField(
        label=_("Hoặc dán nội dung mã"),
        help_text=_("Dòng chữ bắt đầu bằng HC1:, chép từ máy quét hoặc từ tin nhắn."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}),
    )

    def __init__(self, *arguments, before_reading: Callable[[], None] = lambda: None, **options):
        """`before_reading` is called before a photo is read, and may raise a Refusal."""
        super().__init__(*arguments, **options)
        self.before_reading = before_reading

    def clean_photo(self):
        photo = self.cleaned_data["photo"]
        if photo and photo.size > MOST_MEGABYTES * 2**20:
            raise refused(Problem.PICTURE_TOO_LARGE)
        return photo

    def clean_typed(self) -> str:
        """Without line breaks and what stands around it; the spaces inside belong to the code, which never ends with one."""
        if len(self.cleaned_data["typed"]) > MOST_TYPED_CHARACTERS:
            raise refused(Problem.TOO_LONG)
        return INVISIBLE.sub("", self.cleaned_data["typed"]).strip()

    def clean(self):
        photo, typed = self.cleaned_data.get("photo"), self.cleaned_data.get("typed")
        if self.errors:
            return self.cleaned_data
        if photo:
            try:
                self.before_reading()
                self.cleaned_data["text"] = text_in_picture(photo.read())
            except Unreadable as refusal:
                self.add_error("photo", refused(refusal.problem))
            except Refusal as refusal:
                self.add_error(refusal.field, refusal.for_people())
        elif typed:
            self.cleaned_data["text"] = typed
        else:
            self.add_error("photo", ValidationError(_("Hãy chụp hoặc chọn ảnh mã QR, hoặc dán nội dung mã ở dưới."), code="required"))
        return self.cleaned_data

    @property
    def source(self) -> str:
        """The field that the text came from, where a problem with it is shown."""
        return "photo" if self.cleaned_data.get("photo") else "typed"


def refused(problem: Problem) -> ValidationError:
    explanation = EXPLANATIONS[problem]
    return ValidationError(f"{explanation.title}. {explanation.advice}", code=problem)


class KeyForm(forms.Form):
    """One certificate or many; cleans to `pems`, each by itself."""

    pem = forms.CharField(
        label=_("Chứng thư (PEM)"),
        help_text=_("Dán một hoặc nhiều khối, từ -----BEGIN CERTIFICATE----- đến -----END CERTIFICATE-----."),
        error_messages={"required": _("Hãy dán chứng thư.")},
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    country = CleanCharField(
        label=_("Nước cấp"),
        help_text=_("Mã hai chữ như VN, FR. Để trống thì lấy theo chứng thư."),
        required=False,
        max_length=3,
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "characters"}),
    )
    source = CleanCharField(
        label=_("Nguồn"),
        help_text=_("Nhận từ đâu, theo văn bản hoặc cổng nào, ai kiểm tra. Người khác sẽ dựa vào đây để kiểm lại."),
        max_length=300,
    )

    def clean_pem(self) -> str:
        pem = self.cleaned_data["pem"]
        if len(pem) > MOST_BUNDLE_CHARACTERS:
            raise ValidationError(_("Dài quá: hãy chia thành nhiều lần, mỗi lần dưới 500 chứng thư."), code="max_length")
        self.cleaned_data["pems"] = PEM.findall(pem) or [pem]
        return pem

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].upper()
        if country and not re.fullmatch(r"[A-Z]{2,3}", country):
            raise ValidationError(_("Mã nước gồm hai hoặc ba chữ cái, ví dụ VN."), code="invalid")
        return country


class WithdrawForm(forms.Form):
    reason = CleanCharField(label=_("Lý do thu hồi"), help_text=_("Ví dụ: nơi cấp báo khóa bị lộ, theo văn bản số …"), max_length=300)


class RevokeForm(forms.Form):
    certificate_id = CleanCharField(
        label=_("Mã giấy chứng nhận (UVCI)"),
        help_text=_("Ví dụ: URN:UVCI:01:VN:ABC123. Hệ thống chỉ giữ mã băm, không giữ mã này."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = CleanCharField(label=_("Lý do"), help_text=_("Theo thông báo nào của nơi cấp. Đừng ghi tên người."), max_length=300)
