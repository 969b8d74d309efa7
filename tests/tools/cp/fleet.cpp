// SPDX-License-Identifier: GPL-2.0-or-later
// Staggered start, and what is counted.
#include "tests/tools/cp/fleet.h"

#include <sys/resource.h>

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "ocpp/text.h"

namespace cp {

namespace {

constexpr std::uint64_t mostProblemsShown = 20;

double cpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// A fleet that waits for commands only tells when all are registered, and soon.
std::chrono::milliseconds reportPeriod(const Options& options) {
  const bool waits = options.atOnce > 0 && options.rate == 0;
  return waits ? std::chrono::milliseconds(50) : std::chrono::seconds(options.reportEvery);
}

std::string times(const Numbers& n) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << "p50 " << double(n.latency.percentile(0.5)) / 1000 << " ms, p99 "
      << double(n.latency.percentile(0.99)) / 1000 << " ms";
  return out.str();
}

long mostKib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

}  // namespace

Fleet::Fleet(Wire& wire, std::ostream& out, Done done)
    : wire_(wire), out_(out), done_(std::move(done)), turns_(wire), starter_(wire.loop()), reporter_(wire.loop()) {
  const Options& options = wire_.options();
  const int size = std::max(options.fleet, 1);
  for (int n = 1; n <= size; ++n) {
    const std::string name = options.fleet > 0 ? options.id + "-" + std::to_string(n) : options.id;
    Member member;
    member.point = std::make_unique<Point>(wire_, name, journalFor(options, name));
    members_.push_back(std::move(member));
  }
  // As many at a time as the spread demands, at most a hundred times a second.
  const int spread = std::max(options.spread * 1000, 10);  // milliseconds
  const auto period = std::chrono::milliseconds(std::max(10, spread / size));
  const auto each = static_cast<std::size_t>((std::int64_t{size} * period.count() + spread - 1) / spread);
  const auto some = [this, each] {
    for (std::size_t i = 0; i < each && begun_ < members_.size(); ++i) begin(begun_++);
    if (begun_ == members_.size()) starter_.stop();
  };
  wire_.loop().post(some);
  starter_.startEvery(period, some);
  if (options.rate > 0) turns_.runAt(options.rate);
  if (options.fleet > 0) reporter_.startEvery(reportPeriod(options), [this] { report(); });
}

void Fleet::begin(std::size_t index) {
  Member& member = members_[index];
  const Options& options = wire_.options();
  if (!options.sessionTag.empty()) {
    const std::string tag = options.fleet > 0 ? options.sessionTag + std::to_string(index + 1) : options.sessionTag;
    Sessions::Events events;
    events.ended = [this, &member](const std::string& problem) { onSession(member.point->name(), problem); };
    if (options.atOnce > 0) events.changed = [this, index] { turns_.changed(index); };
    member.sessions = std::make_unique<Sessions>(*member.point, tag, options, wire_.loop(), std::move(events));
    turns_.add(*member.point, *member.sessions);
  }
  member.point->switchOn();
}

void Fleet::onSession(const std::string& name, const std::string& problem) {
  ++(problem.empty() ? good_ : bad_);
  if (!problem.empty() && bad_ <= mostProblemsShown) out_ << name << ": session failed: " << problem << std::endl;
  const bool all = begun_ == members_.size() && std::all_of(members_.begin(), members_.end(), [](const Member& each) {
                     return each.sessions && each.sessions->over();
                   });
  if (all) wire_.loop().post([this] { done_(summary()); });
}

void Fleet::command(const std::string& line) {
  constexpr std::string_view verb = "requests ";
  int count = 0;
  if (line.rfind(verb, 0) == 0) count = ocpp::parseInt32(std::string_view(line).substr(verb.size())).value_or(0);
  const bool waits = wire_.options().atOnce > 0 && wire_.options().rate == 0;
  if (!waits || count < 1) {
    out_ << (waits ? "`requests N` is all that a fleet in turns understands" : "a fleet by itself takes no commands")
         << std::endl;
    return;
  }
  if (turns_.busy()) {
    out_ << "one after the other" << std::endl;
    return;
  }
  turns_.run(static_cast<std::uint64_t>(count), [this](const Numbers& n, std::chrono::duration<double> time) {
    tool::Json told;
    told["requests"] = n.sent;
    told["answered"] = n.answered;
    told["faults"] = n.faults;
    told["unanswered"] = n.unanswered;
    told["seconds"] = time.count();
    told["p50us"] = n.latency.percentile(0.5);
    told["p99us"] = n.latency.percentile(0.99);
    out_ << tool::compact(told) << std::endl;
  });
}

std::size_t Fleet::registered(bool quiet) const {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), [quiet](const Member& each) {
    return each.point->view().registration == ocpp::RegistrationStatus::Accepted && (!quiet || each.point->quiet());
  }));
}

void Fleet::report() {
  const Numbers& n = wire_.numbers();
  if (wire_.options().atOnce > 0 && wire_.options().rate == 0) {
    if (allTold_ || registered(true) < members_.size()) return;
    allTold_ = true;
    reporter_.stop();
    tool::Json told;
    told["registered"] = members_.size();
    told["faults"] = n.faults;
    told["unanswered"] = n.unanswered;
    out_ << tool::compact(told) << std::endl;
    return;
  }
  const auto charging = std::count_if(members_.begin(), members_.end(),
                                      [](const Member& each) { return each.sessions && each.sessions->charging(); });
  out_ << registered(false) << " registered, " << charging << " charging, " << good_ << " sessions, " << bad_
       << " failed, " << (n.sent - lastSent_) / static_cast<std::uint64_t>(wire_.options().reportEvery)
       << " requests/s, " << n.faults << " faults, " << n.unanswered << " unanswered, " << times(n) << std::endl;
  lastSent_ = n.sent;
}

int Fleet::summary() {
  const Numbers& n = wire_.numbers();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  const double cpu = cpuSeconds();
  const auto size = static_cast<double>(members_.size());
  out_ << std::fixed << std::setprecision(1) << good_ << " sessions, " << bad_ << " failed; " << n.sent << " requests, "
       << n.answered << " answered, " << n.faults << " faults, " << n.unanswered << " unanswered; " << times(n) << "; "
       << n.calls << " calls of the central system" << std::endl;
  if (wire_.options().fleet > 0)
    out_ << wall << " s, CPU " << cpu << " s (" << 1000 * cpu / size << " ms per charge point, "
         << 1e6 * cpu / static_cast<double>(std::max<std::uint64_t>(n.sent, 1)) << " us per request), memory "
         << double(mostKib()) / 1024 << " MiB (" << double(mostKib()) / size << " KiB per charge point)" << std::endl;
  const bool wanted = wire_.options().sessionTag.empty() || good_ > 0;
  return bad_ == 0 && wanted ? 0 : 1;
}

}  // namespace cp
