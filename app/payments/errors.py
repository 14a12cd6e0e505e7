"""What can go wrong with payments."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NotFound, Outdated, Unauthenticated
from app.kit.text import Text


class PaymentNotFound(NotFound):
    """No request of the actor's units has this reference."""

    slug = "unknown-payment"
    title = Text("Không có yêu cầu nộp phí này", "No such payment request")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có yêu cầu nộp phí nào có mã này trong phạm vi của bạn. Hãy xem lại từng chữ của mã.",
            "No payment request within your scope has this reference. Check it letter by letter.",
        )


class StalePayment(Outdated):
    """Money or an officer has changed it since. `current_version` is the present one."""

    told = Text(
        "Yêu cầu nộp phí đã thay đổi sau khi bạn mở, có thể do tiền vừa đến. Hãy tải lại trước khi ghi.",
        "The payment request changed after you opened it, perhaps as money has just come. Reload it first.",
    )


class PaymentSettled(Conflict):
    """Nothing is to be paid any more. `state` says why."""

    slug = "payment-settled"
    title = Text("Không còn phải nộp", "Nothing is to be paid any more")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Yêu cầu này đã nộp, đã huỷ hoặc đã hết hạn: đừng thu tiền. Cần thu thì lập yêu cầu mới.",
            "This request is paid, cancelled or expired: take no money. Make a new request if something is to be paid.",
        )


class ReceiptNumberUsed(Conflict):
    """The unit has given this number to money of another request."""

    slug = "receipt-number-used"
    title = Text("Số biên lai đã dùng", "The receipt number is in use")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Cơ quan này đã ghi số biên lai đó cho khoản khác. Hãy xem lại số trên biên lai.",
            "The unit has recorded this number for something else. Check the number on the receipt.",
        )


class NothingToRefund(Conflict):
    """There is no money to give back."""

    slug = "nothing-to-refund"
    title = Text("Không có khoản phải hoàn", "Nothing is to be given back")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is known."""
        return Text(
            "Yêu cầu này không có khoản nào phải hoàn, hoặc đã được ghi là hoàn rồi.",
            "This request has nothing to give back, or it is recorded as given back already.",
        )


class MoneyNotFound(NotFound):
    """No money of the province has this id."""

    slug = "unknown-money"
    title = Text("Không có khoản tiền này", "There is no such money")


class MoneySettled(Conflict):
    """Somebody has decided on it, or nothing of it was for nothing known."""

    slug = "money-settled"
    title = Text("Khoản tiền này không còn chờ xử lý", "Nothing is to be decided on this money")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to look at."""
        return Text(
            "Đã có người ghép hoặc quyết định hoàn khoản này, hoặc tiền đã hoàn. Hãy tải lại danh sách.",
            "Somebody has matched it or decided to give it back, or it was given back. Load the list again.",
        )


class OtherCurrency(Conflict):
    """Fees are paid in đồng: this money can only be given back."""

    slug = "money-of-other-currency"
    title = Text("Khoản tiền bằng ngoại tệ", "The money is of another currency")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is possible."""
        return Text(
            "Phí, lệ phí thu bằng đồng Việt Nam nên không ghép được khoản này. Hãy ghi phải hoàn, kèm lý do.",
            "Fees are in Vietnamese đồng, so that it cannot be matched. Mark it as to be given back, with the reason.",
        )


class UnusableFee(Invalid):
    """Fees are whole đồng, none below zero, together above zero."""

    slug = "unusable-fee"
    title = Text("Khoản phí không dùng được", "The fee cannot be used")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is possible."""
        return Text(
            "Phí là số đồng chẵn, không âm, tổng lớn hơn 0. Thủ tục không thu phí thì không cần yêu cầu nộp.",
            "Fees are whole đồng, none below zero, together above zero. What costs nothing needs no request.",
        )


class NoBankAccount(NotFound):
    """Neither the unit nor one above it has an account in force."""

    slug = "no-bank-account"
    title = Text("Chưa có tài khoản nhận phí", "No account to pay to")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can help."""
        return Text(
            "Cơ quan chưa có tài khoản ngân hàng đang hiệu lực để nhận phí; có thể nộp tại quầy.",
            "The unit has no bank account in force for fees; they can be paid at the desk.",
        )


class UnusableAccount(Invalid):
    """No bank account looks like this, or its days overlap another's."""

    slug = "unusable-bank-account"
    title = Text("Tài khoản ngân hàng chưa hợp lệ", "The bank account is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is needed."""
        return Text(
            "Mã ngân hàng (BIN) gồm 6 chữ số, số tài khoản gồm 4 đến 19 chữ và số, ngày cuối không trước ngày đầu.",
            "A BIN has 6 digits, an account number 4 to 19 letters and digits; the last day is not before the first.",
        )


class UnknownProvider(NotFound):
    """Nobody of this name takes payments for the province."""

    slug = "unknown-payment-provider"
    title = Text("Không có đơn vị thanh toán này", "No such payment provider")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can help."""
        return Text(
            "Tỉnh chưa cấu hình đơn vị thanh toán có tên này: lienthong payments provider.",
            "The province has set up no payment provider of this name: lienthong payments provider.",
        )


class CallbackUnsigned(Unauthenticated):
    """Nobody we know has signed the message."""

    slug = "callback-unsigned"
    title = Text("Chữ ký không đúng", "The signature is not right")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to look at."""
        return Text(
            "Không có khoá này hoặc chữ ký không khớp nội dung. Chưa ghi nhận khoản nào.",
            "There is no such key, or the signature does not fit what was sent. No money was recorded.",
        )


class CallbackStale(Unauthenticated):
    """It was signed too long ago, or by a clock that is fast."""

    slug = "callback-stale"
    title = Text("Thời điểm ký đã quá lâu", "It was signed too long ago")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Payment-Timestamp lệch quá 5 phút so với giờ ở đây. Hãy ký lại với giờ hiện tại rồi gửi lại.",
            "Payment-Timestamp is more than 5 minutes from the time here. Sign it anew with the present time.",
        )


class CallbackReplayed(Conflict):
    """The nonce was used before, for another body."""

    slug = "callback-replayed"
    title = Text("Nonce đã dùng", "The nonce was used before")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Payment-Nonce này đã đến với nội dung khác. Mỗi thông báo cần một nonce riêng.",
            "This Payment-Nonce came before with another body. Each message needs a nonce of its own.",
        )


class CallbackUnreadable(Invalid):
    """It does not say for certain what was paid."""

    slug = "callback-unreadable"
    title = Text("Không đọc được thông báo", "The message cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is needed."""
        return Text(
            "Cần transaction, reference, amount dạng chuỗi số (VND là số đồng nguyên, không có phần lẻ), currency "
            "ba chữ, status succeeded, failed hoặc pending.",
            "Needed are transaction, reference, amount as a text of digits (VND in whole đồng, without a fraction), "
            "currency of three letters, and status: succeeded, failed or pending.",
        )


class TransactionDiffers(Conflict):
    """The transaction was told before, with another amount or currency; what was told first stands."""

    slug = "transaction-differs"
    title = Text("Giao dịch đã báo khác trước", "The transaction was told otherwise before")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what stands."""
        return Text(
            "Giao dịch này đã được báo với số tiền hoặc loại tiền khác; giữ lần báo đầu, hai bên cần đối soát.",
            "This transaction was told before with another amount or currency; the first stands. Please reconcile.",
        )


class UnusableProvider(Invalid):
    """An address, a key's name or a secret that cannot be used."""

    slug = "unusable-payment-provider"
    title = Text("Cấu hình đơn vị thanh toán chưa hợp lệ", "The payment provider's setup is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is needed."""
        return Text(
            "Cần địa chỉ http(s), tên khoá gồm chữ, số, . _ - và bí mật từ 32 ký tự.",
            "Needed are an http(s) address, a key named by letters, digits, . _ - and a secret of 32 characters.",
        )
