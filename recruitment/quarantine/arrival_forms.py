"""The code of somebody at the gate: scanned, photographed or typed."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.health.certificates.pictures import MOST_MEGABYTES, text_in_picture
from recruitment.health.certificates.problems import Unreadable
from recruitment.shared.forms import CleanCharField


class CodeForm(forms.Form):
    """Cleans to `scanned`: what the code says, or what was typed."""

    typed = CleanCharField(
        label=_("Mã 8 ký tự"),
        help_text=_("Người đến mở mã của mình trên điện thoại, hoặc đưa giấy có mã."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    photo = forms.FileField(
        label=_("Hoặc ảnh mã QR"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )

    def clean(self):
        photo, typed = self.cleaned_data.get("photo"), self.cleaned_data.get("typed")
        if self.errors:
            return self.cleaned_data
        if typed:
            self.cleaned_data["scanned"] = typed
        elif photo:
            self.cleaned_data["scanned"] = self._read(photo)
        else:
            self.add_error("typed", ValidationError(_("Hãy quét, chụp mã QR hoặc gõ mã 8 ký tự."), code="required"))
        return self.cleaned_data

    def _read(self, photo) -> str:
        try:
            if photo.size > MOST_MEGABYTES * 2**20:
                raise ValidationError(_("Ảnh quá lớn: tối đa 20 MB."), code="too_large")
            return text_in_picture(photo.read())
        except Unreadable:
            message = _("Không đọc được mã QR trong ảnh. Hãy chụp lại thật gần, đủ sáng, hoặc gõ mã ở trên.")
            self.add_error("photo", ValidationError(message, code="unreadable"))
        except ValidationError as refusal:
            self.add_error("photo", refusal)
        return ""
