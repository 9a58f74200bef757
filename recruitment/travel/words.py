"""What a verdict is called and why, for people; {…} is filled in by whoever shows it, on the server or in the page."""

from django.utils.translation import gettext as _

from recruitment.travel.verdicts import Reason, Verdict


def verdicts() -> dict[str, str]:
    return {
        Verdict.LET_IN.value: _("Cho vào"),
        Verdict.CONDITIONAL.value: _("Cho vào có điều kiện"),
        Verdict.REFUSE.value: _("Không cho vào"),
        Verdict.UNKNOWN.value: _("Không rõ"),
    }


def reasons() -> dict[str, str]:
    return {
        Reason.UNREADABLE.value: _("Không phải mã của giấy vào tỉnh, hoặc quét thiếu. Lau máy, quét lại, hoặc nhập mã 8 ký tự."),
        Reason.UNKNOWN_ISSUER.value: _("Khóa ký không phải của tỉnh này. Hãy đồng bộ rồi quét lại, nếu vẫn vậy thì hỏi nơi cấp."),
        Reason.UNKNOWN_CODE.value: _("Không có giấy nào còn hiệu lực mang mã này. Hãy nhập lại hoặc quét mã QR."),
        Reason.FORGED.value: _("Chữ ký sai: giấy bị sửa hoặc giả."),
        Reason.REVOKED.value: _("Giấy đã bị thu hồi."),
        Reason.EXPIRED.value: _("Giấy hết hạn từ sau ngày {until}."),
        Reason.NOT_YET_VALID.value: _("Giấy chỉ có hiệu lực từ ngày {from}."),
        Reason.OVERSTAYED.value: _("Đã ở quá hạn của giấy (đến {until}): ghi nhận khi ra."),
        Reason.SEEN.value: _("Giấy này đã vào lúc {time} ở {place}: xem giấy tờ tùy thân, hỏi vì sao vào lần nữa."),
        Reason.TYPED.value: _("Chỉ có mã, máy không biết tên: xem giấy tờ tùy thân và hỏi tên nhà máy."),
        Reason.ISSUED_SINCE.value: _("Giấy cấp sau lần đồng bộ: xem giấy tờ tùy thân."),
        Reason.STALE_LIST.value: _("Danh sách thu hồi trên máy đã quá 24 giờ: xem giấy tờ tùy thân, đồng bộ khi có mạng."),
        Reason.CLOCK.value: _("Đồng hồ của máy này sai: chỉnh giờ theo mạng rồi đồng bộ."),
    }


def for_the_page() -> dict:
    """Everything that static/js/checkpoint.js says."""
    return {
        "verdicts": verdicts(),
        "reasons": reasons(),
        "leave": _("Cho ra"),
        "synced": _("Đồng bộ lúc {time}, {day}."),
        "never": _("Máy này chưa đồng bộ: cần mạng một lần."),
        "signed_out": _("Phiên đăng nhập đã hết: tải lại trang để đăng nhập, các lượt vẫn được giữ trên máy này."),
        "waiting": _("{count} lượt chờ gửi."),
        "through": _("cho qua"),
        "stopped": _("không cho qua"),
    }
