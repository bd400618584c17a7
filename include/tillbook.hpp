/* tillbook for C++11 and later: tillbook.h with exceptions, RAII and range-for. Header only; link the same library.
 *
 * Requests and what comes back are the structs of tillbook.h. `sized<T>()` sets one up, `text` fills in its texts:
 *
 *     auto sale = tillbook::sized<tillbook_consume_request>();
 *     sale.card = tillbook::text(card);
 *     sale.total = 8800;
 *     tillbook_receipt receipt = till.consume(sale);      // throws tillbook::Error
 *     for (tillbook_notice const &notice : till.notices()) ...
 *
 * The functions are those of tillbook.h, where their errors, threads and time-outs stand; `timeout_ms` 0 is the configured
 * time-out. Strings of a row live as long as its list. A Till may be used by several threads at once; a list by one. */
#ifndef TILLBOOK_HPP
#define TILLBOOK_HPP

#include "tillbook.h"

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tillbook {

// Why the till refused: TILLBOOK_REFUSAL_*, 0 where it did not, and what its figures count: TILLBOOK_UNIT_*.
struct Refusal { int32_t reason, unit; int64_t limit, used, requested; };

// Any status but OK and DONE. what() is for logs: the status and its detail, without personal data.
class Error : public std::runtime_error {
public:
    // Takes the error, which may be NULL, and frees it.
    Error(tillbook_status status, tillbook_error *error) : Error(status, Owned(error, tillbook_error_free)) {}
    tillbook_status status() const noexcept { return status_; }
    // For the cashier.
    const std::string &message() const noexcept { return message_en_; }
    const std::string &message_zh() const noexcept { return message_zh_; }
    const std::string &detail() const noexcept { return detail_; }
    // The argument, field or key that it is about; the operation that holds the account; the remote's own code. May be empty.
    const std::string &field() const noexcept { return field_; }
    const std::string &held_by() const noexcept { return held_by_; }
    const std::string &remote_code() const noexcept { return remote_code_; }
    const Refusal &refusal() const noexcept { return refusal_; }
    // The same call may succeed later without anybody changing anything.
    bool retryable() const noexcept { return retryable_; }

private:
    using Owned = std::unique_ptr<tillbook_error, tillbook_status (*)(tillbook_error *)>;
    Error(tillbook_status status, Owned error)
        : std::runtime_error(std::string(tillbook_status_name(status)) + ": " + tillbook_error_detail(error.get())),
          status_(status), detail_(tillbook_error_detail(error.get())) {
        tillbook_error_info info;
        tillbook_error_info_init(&info);
        if (tillbook_error_info_of(error.get(), &info) != TILLBOOK_OK) return;
        auto owned = [](const char *it) { return std::string(it ? it : ""); };
        message_en_ = owned(info.message_en), message_zh_ = owned(info.message_zh), field_ = owned(info.field);
        held_by_ = owned(info.held_by), remote_code_ = owned(info.remote_code), retryable_ = info.retryable == 1;
        refusal_ = {info.refusal, info.refusal_unit, info.refusal_limit, info.refusal_used, info.refusal_requested};
    }
    tillbook_status status_;
    std::string detail_, message_en_, message_zh_, field_, held_by_, remote_code_;
    Refusal refusal_ = {0, 0, 0, 0, 0};
    bool retryable_ = false;
};

// Calls a function of tillbook.h, everything but `err` given. False: TILLBOOK_DONE.
template <class F, class... Args> bool call(F function, Args... args) {
    tillbook_error *error = nullptr;
    const tillbook_status status = function(args..., &error);
    if (status != TILLBOOK_OK && status != TILLBOOK_DONE) throw Error(status, error);
    return status == TILLBOOK_OK;
}

// A struct of tillbook.h, set up: all zero but for its size.
template <class T> T sized() { T it = T(); it.struct_size = sizeof it; return it; }

// Text for a field of a request. It borrows: the string must live until the call.
inline tillbook_str text(const char *it) { return tillbook_str_of(it); }
inline tillbook_str text(const std::string &it) { tillbook_str str; str.data = it.data(), str.size = it.size(); return str; }
tillbook_str text(std::string &&) = delete;

// Yuan with two decimals, and back.
inline std::string yuan(int64_t fen) { char it[32]; call(tillbook_format_yuan, fen, it); return it; }
inline int64_t parse_yuan(const std::string &it) { int64_t fen = 0; call(tillbook_parse_yuan, it.data(), it.size(), &fen); return fen; }

// A list, for one pass of a range-for. Move-only.
template <class Handle, class Row, tillbook_status (*Next)(Handle *, Row *, tillbook_error **), tillbook_status (*Free)(Handle *)>
class List {
public:
    using handle = Handle;
    class iterator {
    public:
        explicit iterator(List *list) : list_(list) { ++*this; }
        const Row &operator*() const { return list_->row_; }
        const Row *operator->() const { return &list_->row_; }
        iterator &operator++() { if (list_ && !call(Next, list_->handle_, &list_->row_)) list_ = nullptr; return *this; }
        bool operator!=(const iterator &other) const { return list_ != other.list_; }
    private:
        List *list_;
    };
    explicit List(Handle *handle) : handle_(handle), row_() { set_size(row_); }
    List(List &&other) noexcept : handle_(other.handle_), row_(other.row_) { other.handle_ = nullptr; }
    List &operator=(List &&other) noexcept { std::swap(handle_, other.handle_), std::swap(row_, other.row_); return *this; }
    ~List() { Free(handle_); }
    iterator begin() { return iterator(this); }
    iterator end() { return iterator(nullptr); }
private:
    template <class T> static void set_size(T &row) { row.struct_size = sizeof row; }
    static void set_size(const char *&) {}
    Handle *handle_;
    Row row_;
};
using Cards = List<tillbook_cards, tillbook_card, tillbook_cards_next, tillbook_cards_free>;
using Accounts = List<tillbook_accounts, tillbook_account, tillbook_accounts_next, tillbook_accounts_free>;
using Texts = List<tillbook_texts, const char *, tillbook_texts_next, tillbook_texts_free>;
using Levels = List<tillbook_levels, tillbook_level, tillbook_levels_next, tillbook_levels_free>;
using PayTypes = List<tillbook_pay_types, tillbook_pay_type, tillbook_pay_types_next, tillbook_pay_types_free>;
using RechargeRules = List<tillbook_recharge_rules, tillbook_recharge_rule, tillbook_recharge_rules_next, tillbook_recharge_rules_free>;
using Services = List<tillbook_services, tillbook_service, tillbook_services_next, tillbook_services_free>;
using Coupons = List<tillbook_coupons, tillbook_coupon, tillbook_coupons_next, tillbook_coupons_free>;
using Verdicts = List<tillbook_verdicts, tillbook_verdict, tillbook_verdicts_next, tillbook_verdicts_free>;
using History = List<tillbook_history, tillbook_entry, tillbook_history_next, tillbook_history_free>;
using PointsRecords = List<tillbook_points_records, tillbook_points_record, tillbook_points_records_next, tillbook_points_records_free>;
using Members = List<tillbook_members, tillbook_member, tillbook_members_next, tillbook_members_free>;
using Notices = List<tillbook_notices, tillbook_notice, tillbook_notices_next, tillbook_notices_free>;
using Waiting = List<tillbook_waiting, tillbook_waiting_operation, tillbook_waiting_next, tillbook_waiting_free>;
using Details = List<tillbook_details, tillbook_detail, tillbook_details_next, tillbook_details_free>;
using Remotes = List<tillbook_remotes, tillbook_remote, tillbook_remotes_next, tillbook_remotes_free>;

// A host's transport: tillbook_transport.send. What it throws counts as TILLBOOK_MAYBE_SENT.
using Send = std::function<int32_t(const tillbook_http_request &, tillbook_http_response *)>;

// A callback, called until this is destroyed or the till closed. What it throws is dropped. Destroying it waits for a call
// that is running, unless it is that call that does so: what the function refers to needs to live no longer.
class Listener {
public:
    Listener() = default;
    Listener(Listener &&other) noexcept : handle_(other.handle_), gate_(std::move(other.gate_)) { other.handle_ = nullptr; }
    Listener &operator=(Listener &&other) noexcept { std::swap(handle_, other.handle_), std::swap(gate_, other.gate_); return *this; }
    ~Listener() { if (gate_) shut(); }

private:
    friend class Till;
    struct Gate { std::recursive_mutex busy; bool open = true; };
    template <class Told> struct Registered {
        std::shared_ptr<Gate> gate;
        std::function<void(const Told &)> function;
        static void told(void *user, const Told *it) {
            const auto self = static_cast<Registered *>(user);
            try {
                std::lock_guard<std::recursive_mutex> running(self->gate->busy);
                if (self->gate->open) self->function(*it);
            } catch (...) {}
        }
        static void destroy(void *user) { delete static_cast<Registered *>(user); }
    };
    template <class Told, class On> Listener(tillbook_till *till, On on, std::function<void(const Told &)> function)
        : gate_(std::make_shared<Gate>()) {
        // Where this fails the library gives `user` back by itself.
        const auto user = new Registered<Told>{gate_, std::move(function)};
        call(on, till, &Registered<Told>::told, static_cast<void *>(user), &Registered<Told>::destroy, &handle_);
    }
    void shut() {
        tillbook_listener_remove(handle_);
        std::lock_guard<std::recursive_mutex> none_running(gate_->busy);
        gate_->open = false;
    }
    tillbook_listener *handle_ = nullptr;
    std::shared_ptr<Gate> gate_;
};

// An open book. Move-only; destroying it closes the book.
class Till {
public:
    using Str = const std::string &;
    explicit Till(const tillbook_open_options &options) { call(tillbook_open, &options, &handle_); }
    // With the host's own transport.
    Till(tillbook_open_options options, Send send) {
        auto transport = sized<tillbook_transport>();
        transport.user = new Send(std::move(send)), transport.send = &sent, transport.destroy = &destroy<Send>;
        options.transport = &transport;
        call(tillbook_open, &options, &handle_);
    }
    Till(Till &&other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
    Till &operator=(Till &&other) noexcept { std::swap(handle_, other.handle_); return *this; }
    ~Till() { tillbook_free(handle_); }
    tillbook_till *get() const noexcept { return handle_; }
    void close(uint32_t grace_ms = 1000) { call(tillbook_close, handle_, grace_ms); }

    // What is done: each returns the receipt. Look at `approved`, and on a sale always at `due`.
    tillbook_receipt open_card(const tillbook_open_card_request &it) { return write(tillbook_open_card, it); }
    tillbook_receipt modify(const tillbook_modify_request &it) { return write(tillbook_modify, it); }
    tillbook_receipt recharge(const tillbook_recharge_request &it) { return write(tillbook_recharge, it); }
    tillbook_receipt consume(const tillbook_consume_request &it) { return write(tillbook_consume, it); }
    tillbook_receipt register_member(const tillbook_register_request &it) { return write(tillbook_register, it); }
    tillbook_receipt redeem_points(const tillbook_redeem_points_request &it) { return write(tillbook_redeem_points, it); }
    tillbook_receipt accrue_points(const tillbook_accrue_points_request &it) { return write(tillbook_accrue_points, it); }
    tillbook_receipt adjust_points(const tillbook_adjust_points_request &it) { return write(tillbook_adjust_points, it); }
    tillbook_receipt return_points(const tillbook_return_points_request &it) { return write(tillbook_return_points, it); }
    tillbook_receipt carry_over_points(const tillbook_carry_over_points_request &it) { return write(tillbook_carry_over_points, it); }
    tillbook_receipt update_points(const tillbook_update_points_request &it) { return write(tillbook_update_points, it); }
    tillbook_receipt return_points_of_order(const tillbook_return_points_of_order_request &it) { return write(tillbook_return_points_of_order, it); }
    tillbook_receipt redeem_coupon(const tillbook_redeem_coupon_request &it) { return write(tillbook_redeem_coupon, it); }
    tillbook_receipt give_coupon(const tillbook_give_coupon_request &it) { return write(tillbook_give_coupon, it); }
    tillbook_receipt set_coupon_status(const tillbook_set_coupon_status_request &it) { return write(tillbook_set_coupon_status, it); }
    tillbook_receipt add_coupon_template(const tillbook_add_coupon_template_request &it) { return write(tillbook_add_coupon_template, it); }
    tillbook_receipt push_order(const tillbook_push_order_request &it) { return write(tillbook_push_order, it); }
    tillbook_receipt return_order(const tillbook_return_order_request &it) { return write(tillbook_return_order, it); }
    tillbook_receipt resolve(const tillbook_resolve_request &it) { return write(tillbook_resolve, it); }
    tillbook_receipt operation(Str op_id) const { return out<tillbook_receipt>(tillbook_operation, op_id.data(), op_id.size()); }
    tillbook_receipt void_operation(Str op_id) { return out<tillbook_receipt>(tillbook_void, op_id.data(), op_id.size()); }
    Details details(Str op_id) const { return list<Details>(tillbook_operation_details, op_id.data(), op_id.size()); }

    // Cards and members.
    tillbook_card card(Str card) const { return out<tillbook_card>(tillbook_card_of, card.data(), card.size()); }
    tillbook_card serve_card(Str card, uint32_t timeout_ms = 0) { return out<tillbook_card>(tillbook_serve_card, card.data(), card.size(), timeout_ms); }
    tillbook_card serve_member(Str id, uint32_t timeout_ms = 0) { return out<tillbook_card>(tillbook_serve_member, id.data(), id.size(), timeout_ms); }
    tillbook_card serve_code(Str shown, uint32_t timeout_ms = 0) { return out<tillbook_card>(tillbook_serve_code, shown.data(), shown.size(), timeout_ms); }
    Cards serve_phone(Str phone, uint32_t timeout_ms = 0) { return list<Cards>(tillbook_serve_phone, phone.data(), phone.size(), timeout_ms); }
    Cards cards_by_phone(Str phone) const { return list<Cards>(tillbook_cards_by_phone, phone.data(), phone.size()); }
    Accounts accounts(Str card) const { return list<Accounts>(tillbook_accounts_of, card.data(), card.size()); }
    Texts card_numbers() const { return list<Texts>(tillbook_card_numbers); }
    void set_reference(Str card, Str provider, Str reference) { call(tillbook_set_reference, handle_, card.data(), card.size(), provider.data(), provider.size(), reference.data(), reference.size()); }
    void set_exception(Str card, Str why) { call(tillbook_set_exception, handle_, card.data(), card.size(), why.data(), why.size()); }
    void lift_exception(Str card) { call(tillbook_set_exception, handle_, card.data(), card.size(), nullptr, 0); }
    Members pull_members(uint32_t page, uint32_t page_size, uint32_t timeout_ms = 0, tillbook_page *info = nullptr) {
        tillbook_members *it = nullptr;
        call(tillbook_pull_members, handle_, page, page_size, timeout_ms, &it, info);
        return Members(it);
    }
    PointsRecords points_history(Str card, uint32_t page, uint32_t page_size, uint32_t timeout_ms = 0, tillbook_page *info = nullptr) {
        tillbook_points_records *it = nullptr;
        call(tillbook_points_history_of, handle_, card.data(), card.size(), page, page_size, timeout_ms, &it, info);
        return PointsRecords(it);
    }
    tillbook_points_statistics points_statistics(Str card, uint32_t timeout_ms = 0) { return out<tillbook_points_statistics>(tillbook_points_statistics_of, card.data(), card.size(), timeout_ms); }
    std::string member_code(Str card, uint32_t timeout_ms = 0) { return bytes(tillbook_member_code, card.data(), card.size(), timeout_ms); }
    void send_sms(Str phone, uint32_t timeout_ms = 0) { call(tillbook_send_sms, handle_, phone.data(), phone.size(), timeout_ms); }
    bool judge_sms(Str phone, Str code, uint32_t timeout_ms = 0) {
        int32_t right = 0;
        call(tillbook_judge_sms, handle_, phone.data(), phone.size(), code.data(), code.size(), timeout_ms, &right);
        return right == 1;
    }

    // What the remotes told, and what may be done offline.
    Levels levels() const { return list<Levels>(tillbook_levels_of); }
    PayTypes pay_types() const { return list<PayTypes>(tillbook_pay_types_of); }
    RechargeRules recharge_rules(Str card) const { return list<RechargeRules>(tillbook_recharge_rules_of, card.data(), card.size()); }
    Coupons coupons(Str card) const { return list<Coupons>(tillbook_coupons_of, card.data(), card.size()); }
    tillbook_coupon_validation validate_coupon(const tillbook_validate_coupon_request &it) const {
        auto found = sized<tillbook_coupon_validation>();
        call(tillbook_validate_coupon, handle_, &it, &found, nullptr);
        return found;
    }
    Verdicts verdicts(const tillbook_validate_coupon_request &it) const {
        auto found = sized<tillbook_coupon_validation>();
        tillbook_verdicts *verdicts = nullptr;
        call(tillbook_validate_coupon, handle_, &it, &found, &verdicts);
        return Verdicts(verdicts);
    }
    tillbook_headroom headroom() const { return out<tillbook_headroom>(tillbook_headroom_of, nullptr, 0); }
    tillbook_headroom headroom(Str card) const { return out<tillbook_headroom>(tillbook_headroom_of, card.data(), card.size()); }
    tillbook_policy policy() const { return out<tillbook_policy>(tillbook_policy_of); }
    void pull_catalogue(uint32_t timeout_ms = 0) { call(tillbook_pull_catalogue, handle_, timeout_ms); }

    // The queue, and what people have to know and to decide.
    void start_worker() { call(tillbook_start_worker, handle_); }
    tillbook_sync_status sync(uint32_t budget_ms) { return out<tillbook_sync_status>(tillbook_sync, budget_ms); }
    tillbook_sync_status sync_state() const { return out<tillbook_sync_status>(tillbook_sync_state); }
    uint64_t wait_for_change(uint64_t seen, uint32_t timeout_ms) const {
        uint64_t now = seen;
        call(tillbook_wait_for_change, handle_, seen, timeout_ms, &now);
        return now;
    }
    Remotes remotes() const { return list<Remotes>(tillbook_remotes_of); }
    Notices notices() const { return list<Notices>(tillbook_notices_of); }
    void acknowledge(int64_t notice_no, Str who, Str note = std::string()) { call(tillbook_acknowledge, handle_, notice_no, who.data(), who.size(), note.empty() ? nullptr : note.data(), note.size()); }
    Waiting waiting() const { return list<Waiting>(tillbook_waiting_of); }
    // Newest first. `next_page`: what to put into the query's `after` for the page after this one; 0: it is the last.
    History history(const tillbook_history_query &query, int64_t *next_page = nullptr) const {
        tillbook_history *it = nullptr;
        call(tillbook_history_of, handle_, &query, &it, next_page);
        return History(it);
    }

    // Tokens and pushes.
    void give_token(Str provider, Str token) { call(tillbook_give_token, handle_, provider.data(), provider.size(), token.data(), token.size()); }
    bool next_token_wanted(tillbook_token_wanted &wanted) { return call(tillbook_next_token_wanted, handle_, &wanted); }
    std::string apply_push(Str provider, Str body) { return bytes(tillbook_apply_push, provider.data(), provider.size(), reinterpret_cast<const uint8_t *>(body.data()), body.size()); }

    // Callbacks, on the till's own thread.
    Listener on_status(std::function<void(const tillbook_sync_status &)> it) { return Listener(handle_, tillbook_on_status, std::move(it)); }
    Listener on_notice(std::function<void(const tillbook_notice &)> it) { return Listener(handle_, tillbook_on_notice, std::move(it)); }
    Listener on_token_wanted(std::function<void(const tillbook_token_wanted &)> it) { return Listener(handle_, tillbook_on_token_wanted, std::move(it)); }

private:
    template <class Request>
    tillbook_receipt write(tillbook_status (*verb)(tillbook_till *, const Request *, tillbook_receipt *, tillbook_error **), const Request &request) {
        auto it = sized<tillbook_receipt>();
        call(verb, handle_, &request, &it);
        return it;
    }
    template <class T, class F, class... Args> T out(F function, Args... args) const { auto it = sized<T>(); call(function, handle_, args..., &it); return it; }
    template <class L, class F, class... Args> L list(F function, Args... args) const {
        typename L::handle *it = nullptr;
        call(function, handle_, args..., &it);
        return L(it);
    }
    template <class F, class... Args> std::string bytes(F function, Args... args) {
        tillbook_buffer *it = nullptr;
        call(function, handle_, args..., &it);
        const std::unique_ptr<tillbook_buffer, tillbook_status (*)(tillbook_buffer *)> owned(it, tillbook_buffer_free);
        const uint8_t *data = nullptr;
        size_t size = 0;
        call(tillbook_buffer_bytes, it, &data, &size);
        return std::string(reinterpret_cast<const char *>(data), size);
    }
    static int32_t sent(void *user, const tillbook_http_request *request, tillbook_http_response *response) {
        try { return (*static_cast<Send *>(user))(*request, response); } catch (...) { return TILLBOOK_MAYBE_SENT; }
    }
    template <class T> static void destroy(void *user) { delete static_cast<T *>(user); }
    tillbook_till *handle_ = nullptr;
};

// What each remote system serves.
inline Services services() { tillbook_services *it = nullptr; call(tillbook_services_of, &it); return Services(it); }

// Whether this program may use the library: call it once, first.
inline void check_abi() { call(tillbook_check_abi, static_cast<uint32_t>(TILLBOOK_ABI_VERSION)); }

// The process' log, down to `level`: as tillbook_set_log. What the function throws is dropped.
inline void set_log(int32_t level, std::function<void(const tillbook_log_record &)> function) {
    using Function = std::function<void(const tillbook_log_record &)>;
    call(tillbook_set_log, level,
         [](void *user, const tillbook_log_record *it) { try { (*static_cast<Function *>(user))(*it); } catch (...) {} },
         static_cast<void *>(new Function(std::move(function))), [](void *user) { delete static_cast<Function *>(user); });
}

}  // namespace tillbook

#endif
