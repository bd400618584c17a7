/* tillbook for C++11 and later: tillbook.h with exceptions, RAII and range-for. Header only; link the same library. It
 * needs the compiler's <mutex>, which MinGW has with posix threads.
 *
 * Requests and what comes back are the structs of tillbook.h. `sized<T>()` sets one up, `text` fills in its texts:
 *
 *     auto sale = tillbook::sized<tillbook_consume_request>();
 *     sale.card = tillbook::text(card);
 *     sale.total = 8800;
 *     tillbook_receipt receipt = till.consume(sale);      // throws tillbook::Error
 *     for (tillbook_notice const &notice : till.notices()) ...
 *
 * The functions are those of tillbook.h, where their errors, threads and time-outs stand; 0 ms is the configured one.
 * Strings of a row live as long as its list. A Till may be used by several threads at once; a list by one. */
#ifndef TILLBOOK_HPP
#define TILLBOOK_HPP

#include "tillbook.h"
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace tillbook {

// Why the till refused: TILLBOOK_REFUSAL_*, 0 where it did not, and what its figures count: TILLBOOK_UNIT_*.
struct Refusal { int32_t reason, unit; int64_t limit, used, requested; };

// Any status but OK and DONE. what() is for logs: the status' name and the detail, without personal data.
struct Error : std::runtime_error {
    tillbook_status status;
    std::string message, message_zh;  // for the cashier
    std::string detail;               // for logs
    std::string field;                // the argument, field or key that it is about; empty: none
    std::string held_by;              // the operation that holds the account (LANE_HELD)
    std::string remote_code;          // the remote's own code (REMOTE_REFUSED)
    Refusal refusal = {0, 0, 0, 0, 0};
    bool retryable = false;           // the same call may succeed later without anybody changing anything

    // Reads the error, which may be NULL, and leaves it to its owner.
    Error(tillbook_status code, const tillbook_error *error)
        : runtime_error(std::string(tillbook_status_name(code)) + ": " + tillbook_error_detail(error)), status(code) {
        tillbook_error_info info;
        tillbook_error_info_init(&info);
        if (tillbook_error_info_of(error, &info) != TILLBOOK_OK) return;
        const auto owned = [](const char *it) { return std::string(it ? it : ""); };
        message = owned(info.message_en), message_zh = owned(info.message_zh), detail = owned(info.detail);
        field = owned(info.field), held_by = owned(info.held_by), remote_code = owned(info.remote_code);
        refusal = {info.refusal, info.refusal_unit, info.refusal_limit, info.refusal_used, info.refusal_requested};
        retryable = info.retryable == 1;
    }
};

// A handle with its _free function.
template <class Handle> using Owned = std::unique_ptr<Handle, tillbook_status (*)(Handle *)>;

// Calls a function of tillbook.h, everything but `err` given. False: TILLBOOK_DONE.
template <class F, class... Args> bool call(F function, Args... args) {
    tillbook_error *error = nullptr;
    const tillbook_status status = function(args..., &error);
    const Owned<tillbook_error> owned(error, tillbook_error_free);
    if (status != TILLBOOK_OK && status != TILLBOOK_DONE) throw Error(status, error);
    return status == TILLBOOK_OK;
}

// A struct of tillbook.h, set up: all zero but for its size.
template <class T> T sized() {
    T it = T();
    it.struct_size = sizeof it;
    return it;
}
template <> inline const char *sized<const char *>() { return nullptr; }

// Text for a field of a request; it borrows: the string must live until the call. Empty text counts as given (and is mostly
// refused: an op_id that was lost must not become a new one); leave the field alone where there is none.
inline tillbook_str text(const char *it) { return tillbook_str_of(it); }
inline tillbook_str text(const std::string &it) { return tillbook_str{it.data(), it.size()}; }
tillbook_str text(std::string &&) = delete;

// Yuan with two decimals, and back.
inline std::string yuan(int64_t fen) { char it[32]; call(tillbook_format_yuan, fen, it); return it; }
inline int64_t parse_yuan(const std::string &it) {
    int64_t fen = 0;
    return call(tillbook_parse_yuan, it.data(), it.size(), &fen), fen;
}

// A list, for one pass of a range-for. Move-only.
template <class Handle, class Row, tillbook_status (*Next)(Handle *, Row *, tillbook_error **),
          tillbook_status (*Free)(Handle *)>
class List {
public:
    using handle = Handle;
    class iterator {
    public:
        explicit iterator(List *list) : list_(list) { ++*this; }
        const Row &operator*() const { return list_->row_; }
        const Row *operator->() const { return &list_->row_; }
        iterator &operator++() {
            if (list_ && !call(Next, list_->handle_.get(), &list_->row_)) list_ = nullptr;
            return *this;
        }
        bool operator!=(const iterator &other) const { return list_ != other.list_; }
    private:
        List *list_;
    };
    explicit List(Handle *it) : handle_(it, Free), row_(sized<Row>()) {}
    iterator begin() { return iterator(this); }
    iterator end() { return iterator(nullptr); }
private:
    Owned<Handle> handle_;
    Row row_;
};
using Cards = List<tillbook_cards, tillbook_card, tillbook_cards_next, tillbook_cards_free>;
using Accounts = List<tillbook_accounts, tillbook_account, tillbook_accounts_next, tillbook_accounts_free>;
using Texts = List<tillbook_texts, const char *, tillbook_texts_next, tillbook_texts_free>;
using Levels = List<tillbook_levels, tillbook_level, tillbook_levels_next, tillbook_levels_free>;
using PayTypes = List<tillbook_pay_types, tillbook_pay_type, tillbook_pay_types_next, tillbook_pay_types_free>;
using RechargeRules =
    List<tillbook_recharge_rules, tillbook_recharge_rule, tillbook_recharge_rules_next, tillbook_recharge_rules_free>;
using Services = List<tillbook_services, tillbook_service, tillbook_services_next, tillbook_services_free>;
using Coupons = List<tillbook_coupons, tillbook_coupon, tillbook_coupons_next, tillbook_coupons_free>;
using Verdicts = List<tillbook_verdicts, tillbook_verdict, tillbook_verdicts_next, tillbook_verdicts_free>;
using History = List<tillbook_history, tillbook_entry, tillbook_history_next, tillbook_history_free>;
using PointsRecords =
    List<tillbook_points_records, tillbook_points_record, tillbook_points_records_next, tillbook_points_records_free>;
using Members = List<tillbook_members, tillbook_member, tillbook_members_next, tillbook_members_free>;
using Notices = List<tillbook_notices, tillbook_notice, tillbook_notices_next, tillbook_notices_free>;
using Waiting = List<tillbook_waiting, tillbook_waiting_operation, tillbook_waiting_next, tillbook_waiting_free>;
using Details = List<tillbook_details, tillbook_detail, tillbook_details_next, tillbook_details_free>;
using Remotes = List<tillbook_remotes, tillbook_remote, tillbook_remotes_next, tillbook_remotes_free>;
using Found = List<tillbook_found, tillbook_found_card, tillbook_found_next, tillbook_found_free>;
using Exceptions = List<tillbook_exceptions, tillbook_exception, tillbook_exceptions_next, tillbook_exceptions_free>;
using Orphans = List<tillbook_orphans, tillbook_orphan, tillbook_orphans_next, tillbook_orphans_free>;
using Outages = List<tillbook_outages, tillbook_outage, tillbook_outages_next, tillbook_outages_free>;
using Totals = List<tillbook_totals, tillbook_totals_line, tillbook_totals_next, tillbook_totals_free>;
using Findings = List<tillbook_findings, tillbook_finding, tillbook_findings_next, tillbook_findings_free>;

// A host's transport: tillbook_transport.send. What it throws counts as TILLBOOK_MAYBE_SENT.
using Send = std::function<int32_t(const tillbook_http_request &, tillbook_http_response *)>;
template <class Told> using Function = std::function<void(const Told &)>;

// A callback, called until this and its copies are gone or the till is closed. What it throws is dropped. The end of
// the last copy waits for a call that is running, unless that call is it: what the function refers to may go then.
class Listener {
public:
    Listener() = default;
private:
    friend class Till;
    struct Gate { std::recursive_mutex busy; bool open; std::function<void(const void *)> function; };
    using User = std::shared_ptr<Gate>;
    template <class Told, class On> Listener(tillbook_till *till, On on, Function<Told> function) {
        const User gate(new Gate{{}, true, [function](const void *it) { function(*static_cast<const Told *>(it)); }});
        tillbook_listener *handle = nullptr;
        // Where this fails, `destroy` has been called.
        call(on, till, &told<Told>, static_cast<void *>(new User(gate)), &destroy, &handle);
        registered_.reset(handle, [gate](tillbook_listener *it) {
            tillbook_listener_remove(it);
            std::lock_guard<std::recursive_mutex> none_running(gate->busy);
            gate->open = false;
        });
    }
    template <class Told> static void told(void *user, const Told *it) {
        const User gate = *static_cast<User *>(user);
        try {
            std::lock_guard<std::recursive_mutex> running(gate->busy);
            if (gate->open) gate->function(it);
        } catch (...) {}
    }
    static void destroy(void *user) { delete static_cast<User *>(user); }
    std::shared_ptr<tillbook_listener> registered_;
};

// A buffer's bytes; frees it.
inline std::string text_of(tillbook_buffer *it) {
    const Owned<tillbook_buffer> owned(it, tillbook_buffer_free);
    const uint8_t *data = nullptr;
    size_t size = 0;
    call(tillbook_buffer_bytes, it, &data, &size);
    return std::string(reinterpret_cast<const char *>(data), size);
}

// An open book. Move-only; destroying it closes the book.
class Till {
public:
    using Str = const std::string &;
    using Receipt = tillbook_receipt;
    using Card = tillbook_card;
    explicit Till(const tillbook_open_options &options) { call(tillbook_open, &options, &till_); }
    // With the host's own transport.
    Till(tillbook_open_options options, Send send) {
        auto transport = sized<tillbook_transport>();
        transport.user = new Send(std::move(send)), transport.send = &sent;
        transport.destroy = [](void *user) { delete static_cast<Send *>(user); };
        options.transport = &transport;
        call(tillbook_open, &options, &till_);
    }
    Till(Till &&other) noexcept : till_(other.till_) { other.till_ = nullptr; }
    Till &operator=(Till &&other) noexcept { std::swap(till_, other.till_); return *this; }
    ~Till() { tillbook_free(till_); }
    tillbook_till *get() const noexcept { return till_; }
    void close(uint32_t grace_ms = 1000) { call(tillbook_close, till_, grace_ms); }

    // Any function of tillbook.h that takes a till, by what comes out of it: a receipt, a struct, a list, bytes. Those
    // that have no name of their own below are called by these: till.write(tillbook_give_coupon, request).
    template <class F, class Request> Receipt write(F verb, const Request &it) { return fill<Receipt>(verb, &it); }
    template <class T, class F, class... Args> T fill(F function, Args... args) const {
        auto it = sized<T>();
        call(function, till_, args..., &it);
        return it;
    }
    template <class L, class F, class... Args> L list(F function, Args... args) const {
        typename L::handle *it = nullptr;
        call(function, till_, args..., &it);
        return L(it);
    }
    template <class F, class... Args> std::string bytes(F function, Args... args) {
        tillbook_buffer *it = nullptr;
        call(function, till_, args..., &it);
        return text_of(it);
    }
    // What is done. Look at the receipt's `approved`, and on a sale always at `due`.
    Receipt open_card(const tillbook_open_card_request &it) { return write(tillbook_open_card, it); }
    Receipt modify(const tillbook_modify_request &it) { return write(tillbook_modify, it); }
    Receipt recharge(const tillbook_recharge_request &it) { return write(tillbook_recharge, it); }
    Receipt consume(const tillbook_consume_request &it) { return write(tillbook_consume, it); }
    Receipt register_member(const tillbook_register_request &it) { return write(tillbook_register, it); }
    Receipt redeem_points(const tillbook_redeem_points_request &it) { return write(tillbook_redeem_points, it); }
    Receipt accrue_points(const tillbook_accrue_points_request &it) { return write(tillbook_accrue_points, it); }
    Receipt return_points(const tillbook_return_points_request &it) { return write(tillbook_return_points, it); }
    Receipt redeem_coupon(const tillbook_redeem_coupon_request &it) { return write(tillbook_redeem_coupon, it); }
    Receipt push_order(const tillbook_push_order_request &it) { return write(tillbook_push_order, it); }
    Receipt return_order(const tillbook_return_order_request &it) { return write(tillbook_return_order, it); }
    // How an operation stands, and how one is taken back that has not reached the remote.
    Receipt operation(Str id) const { return fill<Receipt>(tillbook_operation, id.data(), id.size()); }
    Receipt void_operation(Str id) { return fill<Receipt>(tillbook_void, id.data(), id.size()); }
    Details details(Str id) const { return list<Details>(tillbook_operation_details, id.data(), id.size()); }
    // Cards and members.
    Card card(Str it) const { return fill<Card>(tillbook_card_of, it.data(), it.size()); }
    Card serve_card(Str it, uint32_t ms = 0) { return fill<Card>(tillbook_serve_card, it.data(), it.size(), ms); }
    Card serve_member(Str id, uint32_t ms = 0) { return fill<Card>(tillbook_serve_member, id.data(), id.size(), ms); }
    Card serve_code(Str it, uint32_t ms = 0) { return fill<Card>(tillbook_serve_code, it.data(), it.size(), ms); }
    Cards serve_phone(Str it, uint32_t ms = 0) { return list<Cards>(tillbook_serve_phone, it.data(), it.size(), ms); }
    Cards cards_by_phone(Str it) const { return list<Cards>(tillbook_cards_by_phone, it.data(), it.size()); }
    Accounts accounts(Str card) const { return list<Accounts>(tillbook_accounts_of, card.data(), card.size()); }
    Texts card_numbers() const { return list<Texts>(tillbook_card_numbers); }
    void set_exception(Str card, Str why) {
        call(tillbook_set_exception, till_, card.data(), card.size(), why.data(), why.size());
    }
    void lift_exception(Str card) { call(tillbook_lift_exception, till_, card.data(), card.size()); }
    // What the remotes told, and what may be done offline.
    void pull_catalogue(uint32_t timeout_ms = 0) { call(tillbook_pull_catalogue, till_, timeout_ms); }
    Levels levels() const { return list<Levels>(tillbook_levels_of); }
    PayTypes pay_types() const { return list<PayTypes>(tillbook_pay_types_of); }
    Coupons coupons(Str card) const { return list<Coupons>(tillbook_coupons_of, card.data(), card.size()); }
    tillbook_headroom headroom(Str card = std::string()) const {
        return fill<tillbook_headroom>(tillbook_headroom_of, card.empty() ? nullptr : card.data(), card.size());
    }
    tillbook_policy policy() const { return fill<tillbook_policy>(tillbook_policy_of); }
    // The queue. Without the worker call `sync` from a loop of your own, again at the status' `next_due`.
    void start_worker() { call(tillbook_start_worker, till_); }
    tillbook_sync_status sync(uint32_t budget_ms) { return fill<tillbook_sync_status>(tillbook_sync, budget_ms); }
    tillbook_sync_status sync_state() const { return fill<tillbook_sync_status>(tillbook_sync_state); }
    Remotes remotes() const { return list<Remotes>(tillbook_remotes_of); }
    // What people have to know and to decide.
    Notices notices() const { return list<Notices>(tillbook_notices_of); }
    void acknowledge(int64_t notice_no, Str who, Str note = std::string()) {
        const tillbook_str why = note.empty() ? tillbook_str{nullptr, 0} : text(note);
        call(tillbook_acknowledge, till_, notice_no, who.data(), who.size(), why.data, why.size);
    }
    Waiting waiting() const { return list<Waiting>(tillbook_waiting_of); }
    Receipt resolve(const tillbook_resolve_request &it) { return write(tillbook_resolve, it); }
    // By a part of the number, phone or name. `has_more`: 1 where there are more than the list holds.
    Found search(const tillbook_search_query &query, int32_t *has_more = nullptr) const {
        tillbook_found *it = nullptr;
        call(tillbook_search, till_, &query, &it, has_more);
        return Found(it);
    }
    std::string report(const tillbook_report_query &query) { return bytes(tillbook_report, &query); }
    // Minutes, of a large book. The list is what is wrong, one by one.
    Findings check(tillbook_check_report *report, const tillbook_check_options *options = nullptr) const {
        tillbook_findings *it = nullptr;
        call(tillbook_check, till_, options, report, &it);
        return Findings(it);
    }
    // Newest first. `next_page`: what to put into the query's `after` for the page after this one; 0: it is the last.
    History history(const tillbook_history_query &query, int64_t *next_page = nullptr) const {
        tillbook_history *it = nullptr;
        call(tillbook_history_of, till_, &query, &it, next_page);
        return History(it);
    }
    // Callbacks, on the till's own thread "tillbook-watch".
    Listener on_status(Function<tillbook_sync_status> it) { return {till_, tillbook_on_status, std::move(it)}; }
    Listener on_notice(Function<tillbook_notice> it) { return {till_, tillbook_on_notice, std::move(it)}; }
    Listener on_token_wanted(Function<tillbook_token_wanted> it) {
        return {till_, tillbook_on_token_wanted, std::move(it)};
    }

private:
    static int32_t sent(void *user, const tillbook_http_request *request, tillbook_http_response *response) {
        try { return (*static_cast<Send *>(user))(*request, response); } catch (...) { return TILLBOOK_MAYBE_SENT; }
    }
    tillbook_till *till_ = nullptr;
};

// A book that is read, also while a till has it open: nothing is written. Move-only; one thread at a time.
class Book {
public:
    using Str = const std::string &;
    explicit Book(Str path) : book_(nullptr, tillbook_book_free) {
        tillbook_book *it = nullptr;
        call(tillbook_book_open, path.data(), path.size(), &it);
        book_.reset(it);
    }
    // An encrypted one, with its key of 32 bytes.
    Book(Str path, Str key) : book_(nullptr, tillbook_book_free) {
        tillbook_book *it = nullptr;
        auto bytes = reinterpret_cast<const uint8_t *>(key.data());
        call(tillbook_book_open_with_key, path.data(), path.size(), bytes, key.size(), &it);
        book_.reset(it);
    }
    tillbook_book *get() const noexcept { return book_.get(); }
    tillbook_card card(Str it) const {
        auto card = sized<tillbook_card>();
        call(tillbook_book_card, get(), it.data(), it.size(), &card);
        return card;
    }
    tillbook_receipt operation(Str id) const {
        auto receipt = sized<tillbook_receipt>();
        call(tillbook_book_operation, get(), id.data(), id.size(), &receipt);
        return receipt;
    }
    Found search(const tillbook_search_query &query, int32_t *has_more = nullptr) const {
        tillbook_found *it = nullptr;
        call(tillbook_book_search, get(), &query, &it, has_more);
        return Found(it);
    }
    History history(const tillbook_history_query &query, int64_t *next_page = nullptr) const {
        tillbook_history *it = nullptr;
        call(tillbook_book_history, get(), &query, &it, next_page);
        return History(it);
    }
    Waiting waiting() const { tillbook_waiting *it = nullptr; call(tillbook_book_waiting_of, get(), &it); return Waiting(it); }
    Notices notices() const { tillbook_notices *it = nullptr; call(tillbook_book_notices_of, get(), &it); return Notices(it); }
    std::string report(const tillbook_report_query &query) const {
        tillbook_buffer *it = nullptr;
        call(tillbook_book_report, get(), &query, &it);
        return text_of(it);
    }
    // As Till's. The key of the chain is not in the book: give it among `options->earlier_keys`.
    Findings check(tillbook_check_report *report, const tillbook_check_options *options = nullptr) const {
        tillbook_findings *it = nullptr;
        call(tillbook_book_check, get(), options, report, &it);
        return Findings(it);
    }

private:
    Owned<tillbook_book> book_;
};

// What each remote system serves.
inline Services services() { tillbook_services *it = nullptr; call(tillbook_services_of, &it); return Services(it); }

// Whether this program may use the library: call it once, first.
inline void check_abi() { call(tillbook_check_abi, static_cast<uint32_t>(TILLBOOK_ABI_VERSION)); }

// The process' log: as tillbook_set_log. What the function throws is dropped.
inline void set_log(int32_t level, Function<tillbook_log_record> function) {
    using User = Function<tillbook_log_record>;
    const auto told = [](void *user, const tillbook_log_record *it) {
        try { (*static_cast<User *>(user))(*it); } catch (...) {}
    };
    call(tillbook_set_log, level, told, static_cast<void *>(new User(std::move(function))),
         [](void *user) { delete static_cast<User *>(user); });
}

}  // namespace tillbook
#endif
