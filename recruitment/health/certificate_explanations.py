"""What is wrong with a certificate, in words: what it is, and what to do next. Writing by hand is always offered beside it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recruitment.health.certificates.identity import Births, Comparison, Names
from recruitment.health.certificates.problems import Problem


@dataclass(frozen=True)
class Explanation:
    title: str | Promise
    advice: str | Promise


_DAMAGED = Explanation(
    _("Mã bị thiếu hoặc hỏng"),
    _("Hãy chụp lại cho đủ cả mã, hoặc dán lại toàn bộ dòng chữ. Nếu vẫn không được, hãy xin nơi cấp cho mã mới."),
)

EXPLANATIONS: dict[Problem, Explanation] = {
    Problem.PICTURE_TOO_LARGE: Explanation(
        _("Ảnh quá lớn"), _("Ảnh nặng hơn 20 MB hoặc có quá nhiều điểm ảnh. Hãy chụp màn hình mã QR, hoặc chụp lại ở chế độ thường.")
    ),
    Problem.PICTURE_UNREADABLE: Explanation(
        _("Không mở được ảnh"), _("Cần ảnh JPG, PNG hoặc WebP còn nguyên vẹn. Hãy chụp màn hình mã QR rồi chọn ảnh đó.")
    ),
    Problem.PICTURE_DARK: Explanation(_("Ảnh tối quá"), _("Hãy chụp lại ở nơi sáng hoặc bật đèn, đừng để bóng tay che mã.")),
    Problem.PICTURE_EMPTY: Explanation(_("Ảnh không có gì để đọc"), _("Hãy chụp lại sao cho mã QR nằm giữa khung và chiếm khoảng một nửa bức ảnh.")),
    Problem.NO_CODE: Explanation(
        _("Không thấy mã QR trong ảnh"),
        _("Hãy chụp lại: giấy trải phẳng, không lóa, đủ sáng, cả bốn góc mã nằm trong khung. Ảnh chụp màn hình là rõ nhất."),
    ),
    Problem.TOO_LONG: Explanation(_("Nội dung dài quá"), _("Mã của giấy chứng nhận ngắn hơn nhiều. Hãy dán đúng dòng bắt đầu bằng HC1:.")),
    Problem.NOT_A_CERTIFICATE: Explanation(
        _("Mã này không phải giấy chứng nhận"),
        _("Cần mã QR của hộ chiếu vắc-xin (QĐ 5772/QĐ-BYT) hoặc giấy chứng nhận của châu Âu, bắt đầu bằng HC1:. Giấy loại khác thì hãy nhập tay."),
    ),
    Problem.BASE45: _DAMAGED,
    Problem.COMPRESSION: _DAMAGED,
    Problem.STRUCTURE: _DAMAGED,
    Problem.SCHEMA: _DAMAGED,
    Problem.ALGORITHM: Explanation(
        _("Cách ký của giấy không được chấp nhận"), _("Giấy ký theo cách mà chuẩn HC1 không dùng. Hãy xin nơi cấp cho mã mới, hoặc nhập tay.")
    ),
    Problem.SIGNATURE: Explanation(
        _("Chữ ký không đúng"), _("Giấy đã bị sửa, hoặc không phải do nơi ghi trên giấy cấp. Hãy xin mã mới từ nơi cấp rồi gửi lại.")
    ),
    Problem.UNKNOWN_ISSUER: Explanation(
        _("Chưa xác minh được nơi cấp"),
        _("Khóa của nơi cấp chưa có trong danh sách tin cậy. Bạn ghi được ở mức tự khai; cán bộ y tế có thể xác nhận khi xem giấy gốc."),
    ),
    Problem.KEY_OUT_OF_DATE: Explanation(
        _("Khóa ký của nơi cấp không còn hiệu lực"), _("Hãy xin nơi cấp cho mã mới để được xác minh. Trong lúc chờ, bạn ghi được ở mức tự khai.")
    ),
    Problem.KEY_USAGE: Explanation(
        _("Khóa ký không dành cho loại giấy này"), _("Nơi cấp đã ký bằng khóa của loại giấy khác. Hãy báo nơi cấp để xin mã mới, hoặc nhập tay.")
    ),
    Problem.EXPIRED: Explanation(
        _("Giấy đã hết hạn"),
        _("Mã hộ chiếu vắc-xin có hạn 12 tháng (QĐ 5772/QĐ-BYT) rồi được cấp lại. Hãy lấy mã mới để được xác minh, hoặc ghi ở mức tự khai."),
    ),
    Problem.NOT_YET_VALID: Explanation(
        _("Giấy chưa có hiệu lực"), _("Ngày cấp trên giấy chưa tới. Hãy gửi lại khi giấy có hiệu lực; nếu ngày ghi sai, hãy báo nơi cấp.")
    ),
    Problem.REVOKED: Explanation(_("Giấy đã bị thu hồi"), _("Giấy này không còn được tính. Hãy hỏi nơi cấp để nhận giấy mới, hoặc hỏi cán bộ y tế.")),
    Problem.IMPLAUSIBLE: Explanation(
        _("Ngày trên giấy không thể đúng"),
        _("Có ngày ở tương lai, trước ngày sinh, hoặc khỏi bệnh trước khi mắc. Hãy báo nơi cấp sửa, hoặc nhập tay ngày đúng."),
    ),
}

NAMES = {
    Names.SAME: _("khớp"),
    Names.PART: _("thiếu hoặc thừa chữ"),
    Names.DIFFERENT: _("khác"),
}
BIRTHS = {
    Births.SAME: _("khớp"),
    Births.MISSING: _("giấy không ghi"),
    Births.SWAPPED: _("ngày và tháng đổi chỗ"),
    Births.DIFFERENT: _("khác"),
}
ANOTHER_PERSON = Explanation(
    _("Giấy có vẻ của người khác"),
    _("Họ tên hoặc ngày sinh trên giấy khác hồ sơ của bạn. Hãy gửi giấy của chính bạn; nếu hồ sơ ghi sai, hãy sửa ở mục Hồ sơ rồi gửi lại."),
)
ANOTHER_SPELLING = Explanation(
    _("Giấy không khớp hoàn toàn với hồ sơ"),
    _("Nếu hồ sơ ghi sai, hãy sửa ở mục Hồ sơ rồi gửi lại. Nếu giấy ghi sai, hãy báo nơi cấp; trong lúc chờ, bạn ghi được ở mức tự khai."),
)


def explain_difference(comparison: Comparison) -> Explanation:
    return ANOTHER_PERSON if comparison.is_another_person else ANOTHER_SPELLING
