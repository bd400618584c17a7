// A till with a cashier, in C++: tillbook's worker sends the queue on threads of its own, and a callback tells how it
// stands. The short outage is played against the sandbox; at the end the book is held against the remote's own ledger.
//
//   cc -c ../c/sandbox.c $(pkg-config --cflags tillbook)
//   c++ -std=c++11 -pthread outage.cpp sandbox.o -o outage -I../c $(pkg-config --cflags --libs tillbook)
//   tillbook-sandbox --port 8787 &
//   ./outage http://127.0.0.1:8787 .
//
// The folder receives the book (outage.db). The last line is the result, and the exit code is 0 only if nothing was lost,
// nothing was done twice and all balances agree. With CMake: CMakeLists.txt. On Windows add -lws2_32 for the sandbox.
#include <tillbook.hpp>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <iostream>
#include <mutex>
#include <string>
#include <vector>

#include "sandbox.h"

namespace {

const std::string CASHIER = "李娜";
const std::string MANAGER = "陈店长";
const auto PATIENCE = std::chrono::seconds(30);  // never waited out when all is well

std::string label(int32_t what, int32_t value) { return tillbook_label(what, value, TILLBOOK_LANGUAGE_ENGLISH); }

// Wakes whoever waits for the queue to stand otherwise. `tell` is called on a thread of the till's own.
class Progress {
public:
    void tell(const tillbook_sync_status &now) {
        std::lock_guard<std::mutex> guard(mutex_);
        now_ = now;
        changed_.notify_all();
    }
    // Waits until `done` says so, which may ask the till. Throws if it takes too long.
    template <class Done> void wait_for(const char *what, Done done) {
        std::unique_lock<std::mutex> guard(mutex_);
        if (!changed_.wait_for(guard, PATIENCE, [&] { return done(now_); }))
            throw std::runtime_error(std::string("waited too long for ") + what);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    tillbook_sync_status now_ = tillbook::sized<tillbook_sync_status>();
};

tillbook::Till open_till(const std::string &url, const std::string &book) {
    auto sandy = tillbook::sized<tillbook_sandy>();
    sandy.base_url = tillbook::text(url);
    sandy.token = tillbook::text("test");
    sandy.guid = tillbook::text("{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}");
    sandy.quiet_period_ms = 600;  // a day in seconds; real networks are given the default
    auto config = tillbook::sized<tillbook_config>();
    config.merchant = tillbook::text("聚客西餐");
    config.store = tillbook::text("人民路店");
    config.till = tillbook::text("收银机01");
    config.sandy = &sandy;
    config.settings = tillbook::text(
        R"({"levels": [{"level": "高级会员", "rate": "0.8", "points_per_yuan": "1"}],
            "pacing": {"backoff_ms": 20, "backoff_max_ms": 200, "restart_jitter_ms": 100}})");
    auto options = tillbook::sized<tillbook_open_options>();
    options.path = tillbook::text(book);
    options.config = &config;
    return tillbook::Till(options);
}

class Day {
public:
    Day(std::string url, const std::string &folder)
        : url_(std::move(url)), book_(folder + "/outage.db"), till_(open_till(url_, book_)),
          listener_(till_.on_status([this](const tillbook_sync_status &now) { progress_.tell(now); })) {}

    bool tell() {
        std::cout << "tillbook " << tillbook_version() << ": a till's short outage\n";
        add_cards();
        till_.start_worker();
        // What an earlier run has left is sent first.
        progress_.wait_for("the remote", [](const tillbook_sync_status &now) {
            return now.queued == 0 && now.link == TILLBOOK_LINK_UP;
        });
        trade_online();
        lose_an_answer();
        trade_offline();
        drain();
        let_people_decide();
        look_beside();
        return reconcile();
    }

private:
    // What a support program sees while the till has the book open.
    void look_beside() {
        const tillbook::Book book(book_);
        auto query = tillbook::sized<tillbook_search_query>();
        query.text = tillbook::text(cards_[0]);
        for (const auto &card : book.search(query)) std::cout << "\n- beside the till: " << card.shown << ", " << card.name;
        int lines = 0;
        for (const auto &line : book.history(tillbook::sized<tillbook_history_query>())) lines += line.entry_no > 0;
        auto waiting = book.waiting();
        auto report = tillbook::sized<tillbook_check_report>();
        for (const auto &finding : book.check(&report)) std::cout << "\n    " << finding.place << ": " << finding.detail;
        std::cout << ", the last " << lines << " lines, "
                  << (waiting.begin() != waiting.end() ? "something waits" : "nothing waits")
                  << (report.clean ? ", and the book says what was written into it\n" : ", AND THE BOOK IS NOT CLEAN\n");
        if (!report.clean || lines == 0) throw std::runtime_error("the book does not say what was done");
    }

    void trade_online() {
        std::cout << "\n== 1. The network is there: the remote decides ==\n";
        for (const auto &card : cards_) {
            const auto found = till_.serve_card(card);
            std::cout << "- " << found.name << ", " << found.level << ": " << tillbook::yuan(found.money_confirmed) << '\n';
        }
        auto recharge = tillbook::sized<tillbook_recharge_request>();
        recharge.card = tillbook::text(cards_[0]);
        recharge.amount = 10000;
        recharge.pay_type = 1;
        make("100.00 paid in", recharge, &tillbook::Till::recharge);
        make("a sale of 88.00", sale(0, 8800), &tillbook::Till::consume);
        auto points = tillbook::sized<tillbook_redeem_points_request>();
        points.card = tillbook::text(cards_[0]);
        points.points = 50;
        make("a drink for 50 points", points, &tillbook::Till::redeem_points);
    }

    void lose_an_answer() {
        std::cout << "\n== 2. An answer gets lost: the remote has done it, and the till does not hear so ==\n";
        must(sandbox_lose_answer(url_.c_str(), cards_[2].c_str(), 1));
        const auto op_id = make("a sale of 66.00 that needs the remote's own yes", sale(2, 6600), &tillbook::Till::consume,
                                TILLBOOK_DELIVERY_REQUIRE_ONLINE);
        progress_.wait_for("the worker's look", [&](const tillbook_sync_status &) {
            const int32_t state = till_.operation(op_id).state;
            return state == TILLBOOK_STATE_SETTLED || state == TILLBOOK_STATE_VOIDED;
        });
        const auto found = till_.operation(op_id);
        std::cout << "- asked again: " << label(TILLBOOK_LABEL_STATE, found.state) << ", "
                  << label(TILLBOOK_LABEL_EVIDENCE, found.evidence) << '\n';
    }

    void trade_offline() {
        std::cout << "\n== 3. The network is cut: the till decides, within its policy ==\n";
        must(sandbox_cut(url_.c_str()));
        make("a sale of 80.00", sale(0, 8000), &tillbook::Till::consume);
        progress_.wait_for("the outage to be noticed",
                           [](const tillbook_sync_status &now) { return now.link == TILLBOOK_LINK_DOWN; });
        make("a sale of 300.00", sale(0, 30000), &tillbook::Till::consume);
        auto lunch = sale(1, 4800);
        lunch.partial = 1;
        make("a lunch of 48.00, with less on the card", lunch, &tillbook::Till::consume);
        const auto mistake = make("a sale of 12.00, keyed in twice", sale(0, 1200), &tillbook::Till::consume);
        const auto voided = till_.void_operation(mistake);
        std::cout << "- the cashier takes it back: " << label(TILLBOOK_LABEL_STATE, voided.state) << '\n';
        const auto room = till_.headroom();
        std::cout << "- the next sale may take up to " << tillbook::yuan(room.money) << ", and " << room.operations
                  << " more operations\n";
    }

    void drain() {
        std::cout << "\n== 4. The network is back: the queue drains ==\n";
        std::cout << "- on their way: " << till_.sync_state().queued << '\n';
        must(sandbox_restore(url_.c_str()));
        progress_.wait_for("the queue", [this](const tillbook_sync_status &) { return till_.sync_state().queued == 0; });
        std::cout << "- on their way: " << till_.sync_state().queued << '\n';
    }

    void let_people_decide() {
        std::cout << "\n== 5. What a till must not decide: people do ==\n";
        for (const auto &waiting : till_.waiting()) {
            const std::string why = "settled with the guest";
            auto request = tillbook::sized<tillbook_resolve_request>();
            request.op_id = tillbook::text(waiting.op_id);
            request.resolution = TILLBOOK_RESOLUTION_WRITE_OFF;
            request.who = tillbook::text(MANAGER);
            request.why = tillbook::text(why);
            std::cout << "- " << waiting.op_id << ": " << label(TILLBOOK_LABEL_STATE, till_.resolve(request).state) << '\n';
        }
        for (const auto &notice : till_.notices()) {
            std::cout << "- " << label(TILLBOOK_LABEL_NOTICE, notice.kind) << ": " << tillbook::yuan(notice.amount) << ", "
                      << (notice.op_id ? notice.op_id : "no operation") << '\n';
            till_.acknowledge(notice.notice_no, MANAGER, "goods handed over, the guest had waited");
        }
    }

    bool reconcile() {
        std::cout << "\n== 6. The till's book against the remote's own ledger ==\n";
        auto query = tillbook::sized<tillbook_history_query>();
        query.page_size = 500;
        for (const auto &line : till_.history(query)) {
            std::cout << "- " << line.receipt_no << ' ' << line.kind << ' ' << tillbook::yuan(line.original) << ", "
                      << line.points << " points: " << label(TILLBOOK_LABEL_STATE, line.state) << '\n';
        }
        std::cout << std::endl;
        const auto cards = pointers(cards_), answered = pointers(answered_);
        return sandbox_reconcile(url_.c_str(), till_.get(), cards.data(), cards.size(), answered.data(),
                                 answered.size()) == 0;
    }

    tillbook_consume_request sale(size_t card, int64_t total) const {
        auto request = tillbook::sized<tillbook_consume_request>();
        request.card = tillbook::text(cards_[card]);
        request.total = total;
        return request;
    }

    // Makes a call under a new op_id and tells what came of it. A POS writes the op_id down before the call.
    template <class Request>
    std::string make(const std::string &what, Request request, tillbook_receipt (tillbook::Till::*verb)(const Request &),
                     int32_t delivery = TILLBOOK_DELIVERY_DEFAULT) {
        const std::string op_id = "A1-" + run_ + "-" + std::to_string(answered_.size() + refused_ + 1);
        auto call = tillbook::sized<tillbook_call>();
        call.op_id = tillbook::text(op_id);
        call.ticket = tillbook::text(op_id);
        call.operator_name = tillbook::text(CASHIER);
        call.delivery = delivery;
        request.call = &call;
        std::cout << "- " << what << ": ";
        try {
            const tillbook_receipt receipt = (till_.*verb)(request);
            answered_.push_back(op_id);
            std::cout << label(TILLBOOK_LABEL_PROMISE, receipt.promise);
            if (receipt.approved && receipt.kind == TILLBOOK_KIND_CONSUME)
                std::cout << ", " << tillbook::yuan(receipt.from_card) << " from the card, " << tillbook::yuan(receipt.due)
                          << " due";
            if (receipt.promise == TILLBOOK_PROMISE_IN_DOUBT) std::cout << ": hand over nothing";
            std::cout << '\n';
        } catch (const tillbook::Error &error) {
            if (error.status != TILLBOOK_REFUSED) throw;
            // Nothing was written.
            ++refused_;
            std::cout << error.message << "\n    limit " << tillbook::yuan(error.refusal.limit) << ", used "
                      << tillbook::yuan(error.refusal.used) << ", asked for " << tillbook::yuan(error.refusal.requested)
                      << '\n';
        }
        return op_id;
    }

    // Cards of their own for each run, so that it can be repeated at the same sandbox.
    void add_cards() {
        char stamp[16];
        const std::time_t now = std::time(nullptr);
        std::strftime(stamp, sizeof stamp, "%m%d%H%M%S", std::gmtime(&now));
        run_ = stamp;
        for (int number : {1, 2, 3}) cards_.push_back("63" + run_ + "000" + std::to_string(number));
        must(sandbox_restore(url_.c_str()));  // a run that was broken off may have left the network cut
        must(sandbox_add_card(url_.c_str(), cards_[0].c_str(), 2, "黄小明", "13800020001", "500.00", 120));
        must(sandbox_add_card(url_.c_str(), cards_[1].c_str(), 2, "王芳", "13800020002", "30.00", 12));
        must(sandbox_add_card(url_.c_str(), cards_[2].c_str(), 2, "赵雷", "13800020003", "200.00", 0));
    }

    static void must(int done) {
        if (done != 0) throw std::runtime_error("the sandbox did not do it");
    }

    static std::vector<const char *> pointers(const std::vector<std::string> &texts) {
        std::vector<const char *> list;
        for (const auto &text : texts) list.push_back(text.c_str());
        return list;
    }

    std::string url_, book_, run_;
    std::vector<std::string> cards_, answered_;
    size_t refused_ = 0;
    // In this order: the listener goes first, the till next, and what the callback refers to last.
    Progress progress_;
    tillbook::Till till_;
    tillbook::Listener listener_;
};

int run(const std::string &url, const std::string &folder) {
    try {
        tillbook::check_abi();
        return Day(url, folder).tell() ? 0 : 1;
    } catch (const std::exception &error) {
        std::cerr << "the day could not be told to its end: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 3 || sandbox_begin() != 0) {
        std::cerr << "usage: outage http://127.0.0.1:PORT FOLDER\n";
        return 2;
    }
    const int code = run(argv[1], argv[2]);
    sandbox_end();
    return code;
}
