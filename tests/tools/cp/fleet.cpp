// SPDX-License-Identifier: GPL-2.0-or-later
// Staggered start, and what is counted.
#include "tests/tools/cp/fleet.h"

#include <sys/resource.h>

#include <algorithm>
#include <iomanip>

namespace cp {

namespace {

constexpr std::uint64_t mostProblemsShown = 20;

double cpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

long mostKib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

}  // namespace

Fleet::Fleet(Wire& wire, std::ostream& out, Done done)
    : wire_(wire), out_(out), done_(std::move(done)), starter_(wire.loop()), reporter_(wire.loop()) {
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
  if (options.fleet > 0) reporter_.startEvery(std::chrono::seconds(options.reportEvery), [this] { report(); });
}

void Fleet::begin(std::size_t index) {
  Member& member = members_[index];
  const Options& options = wire_.options();
  if (!options.sessionTag.empty()) {
    const std::string tag = options.fleet > 0 ? options.sessionTag + std::to_string(index + 1) : options.sessionTag;
    member.sessions = std::make_unique<Sessions>(
        *member.point, tag, options, wire_.loop(),
        [this, &member](const std::string& problem) { onSession(member.point->name(), problem); });
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

void Fleet::report() {
  const Numbers& n = wire_.numbers();
  std::size_t registered = 0, charging = 0;
  for (const Member& each : members_) {
    registered += each.point->view().registration == ocpp::RegistrationStatus::Accepted;
    charging += each.sessions && each.sessions->charging();
  }
  out_ << registered << " registered, " << charging << " charging, " << good_ << " sessions, " << bad_ << " failed, "
       << (n.sent - lastSent_) / static_cast<std::uint64_t>(wire_.options().reportEvery) << " requests/s, " << n.faults
       << " faults, " << n.unanswered << " unanswered, p50 " << n.percentile(0.5) << " ms, p99 " << n.percentile(0.99)
       << " ms" << std::endl;
  lastSent_ = n.sent;
}

int Fleet::summary() {
  const Numbers& n = wire_.numbers();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  const double cpu = cpuSeconds();
  const auto size = static_cast<double>(members_.size());
  out_ << std::fixed << std::setprecision(1) << good_ << " sessions, " << bad_ << " failed; " << n.sent << " requests, "
       << n.answered << " answered, " << n.faults << " faults, " << n.unanswered << " unanswered; p50 "
       << n.percentile(0.5) << " ms, p99 " << n.percentile(0.99) << " ms; " << n.calls << " calls of the central system"
       << std::endl;
  if (wire_.options().fleet > 0)
    out_ << wall << " s, CPU " << cpu << " s (" << 1000 * cpu / size << " ms per charge point, "
         << 1e6 * cpu / static_cast<double>(std::max<std::uint64_t>(n.sent, 1)) << " us per request), memory "
         << double(mostKib()) / 1024 << " MiB (" << double(mostKib()) / size << " KiB per charge point)" << std::endl;
  const bool wanted = wire_.options().sessionTag.empty() || good_ > 0;
  return bad_ == 0 && wanted ? 0 : 1;
}

}  // namespace cp
