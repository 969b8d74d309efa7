// SPDX-License-Identifier: GPL-2.0-or-later
// The engine of conformance runs: one step after the other, each with its time.
#include "tests/tools/cs/conformance.h"

#include <algorithm>
#include <sstream>

#include "bridge/log.h"
#include "bridge/options.h"

namespace cs {

namespace {

using bridge::wallClock;
using Do = Step::Do;

constexpr unsigned bit(ocpp::Version version) { return 1U << static_cast<unsigned>(version); }

/// The next message of the charger goes out only when it has its answer.
constexpr std::chrono::milliseconds breath{20};
constexpr std::chrono::milliseconds calm{500};

std::string asText(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::None); }

template <class Has>
void demandKnown(const std::vector<std::string>& names, const char* option, const Has& has) {
  for (const std::string& name : names)
    if (std::none_of(scenarios().begin(), scenarios().end(), [&](const Scenario& each) { return has(each, name); }))
      throw bridge::BadConfiguration(std::string("option ") + option + ": no '" + name + "'; see conformance --list");
}

}  // namespace

Conformance::Conformance(bridge::Loop& loop, const Options& options, Central& central, std::ostream& out, Done done)
    : loop_(loop),
      options_(options),
      central_(central),
      out_(out),
      done_(std::move(done)),
      base_(central.rules()),
      timer_(loop) {
  demandKnown(options.only, "only", [](const Scenario& s, const std::string& name) { return name == s.name; });
  demandKnown(options.profiles, "profile",
              [](const Scenario& s, const std::string& name) { return name == profileOption(s.profile); });
  central_.watch([this](const Message& message) { onMessage(message); });
  for (const Scenario& each : scenarios())
    if (selected(each)) queue_.push_back(&each);
  if (options.chargerUrls.count(options.charger) != 0) {
    loop_.post([this] { begin(); });
    return;
  }
  out_ << "waiting for charger " << options.charger << " (" << options.connect << " s)" << std::endl;
  timer_.start(std::chrono::seconds(options.connect), [this] {
    Result nobody;
    nobody.verdict = Verdict::Failed;
    nobody.name = "OSG_CONNECT_CS";
    nobody.title = "The charger connects";
    nobody.reason = "charger " + options_.charger + " was not heard in " + std::to_string(options_.connect) + " s";
    results_.push_back(nobody);
    done_(results_);
  });
}

bool Conformance::selected(const Scenario& scenario) const {
  const auto named = [](const std::vector<std::string>& list, std::string_view name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
  };
  return named(options_.only, scenario.name) && named(options_.profiles, profileOption(scenario.profile));
}

void Conformance::onMessage(const Message& message) {
  if (message.charger != options_.charger) return;
  if (message.incoming) lastIn_ = message;
  if (!message.incoming && message.kind == Message::Kind::Request) lastSent_ = message;
  if (message.incoming && !message.notes.empty()) odd_.push_back(message);
  if (!begun_ && message.incoming) return loop_.post([this] { begin(); });
  if (!message.incoming || message.kind != Message::Kind::Request) return;
  unseen_.push_back(message);
  if (waiting_ != nullptr && arrived(*waiting_)) later();
}

void Conformance::begin() {
  if (begun_) return;
  begun_ = true;
  const ocpp::Version version = central_.book().charger(options_.charger).version;
  out_ << "charger " << options_.charger << " speaks OCPP " << ocpp::name(version) << std::endl;
  if (options_.versionGiven && version != options_.version) {
    Result wrong;
    wrong.verdict = Verdict::Failed;
    wrong.name = "OSG_VERSION_CS";
    wrong.title = "The charger speaks the demanded version";
    wrong.reason =
        "it speaks " + std::string(ocpp::name(version)) + ", not " + std::string(ocpp::name(options_.version));
    results_.push_back(wrong);
    return done_(results_);
  }
  timer_.start(breath, [this] { probe(); });
}

/// 1.6 tells the profiles that it has.
void Conformance::probe() {
  if (central_.book().charger(options_.charger).version != ocpp::Version::V16) return nextScenario();
  central_.send(options_.charger, "GetConfiguration", R"({"key":["SupportedFeatureProfiles"]})",
                [this](const Outcome& outcome) {
                  for (const Json& each : outcome.reply.payload.value("configurationKey", Json::array()))
                    if (each.value("key", "") == "SupportedFeatureProfiles") supported_ = each.value("value", "");
                  nextScenario();
                });
}

/// Why a scenario is not run; "" = it is.
std::string Conformance::unsuitable(const Scenario& scenario, Verdict& verdict) const {
  const ocpp::Version version = central_.book().find(options_.charger)->version;
  verdict = Verdict::NotApplicable;
  if ((scenario.versions & bit(version)) == 0) return "not in OCPP " + std::string(ocpp::name(version));
  if (scenario.profile != ocpp::Profile::Core && !supported_.empty() &&
      supported_.find(profileName(scenario.profile)) == std::string::npos)
    return "SupportedFeatureProfiles is " + supported_;
  verdict = Verdict::Skipped;
  return scenario.needsOperator && !options_.operatorPresent ? "needs somebody at the charger (--operator)" : "";
}

void Conformance::nextScenario() {
  if (scenario_ == queue_.size()) return finish();
  const Scenario& scenario = *queue_[scenario_];
  since_ = wallClock();
  now_ = asText(since_);
  before_ = asText(since_ - std::chrono::minutes(1));
  soon_ = asText(since_ + std::chrono::seconds(3));
  later_ = asText(since_ + std::chrono::hours(1));
  step_ = 0;
  unseen_.clear();
  passed_ = 0;
  central_.setRules(base_);
  Verdict verdict{};
  const std::string why = unsuitable(scenario, verdict);
  if (!why.empty()) return conclude(verdict, why);
  out_ << scenario.name << ": " << scenario.title << std::endl;
  paused_ = options_.step;
  if (!paused_) nextStep();
}

void Conformance::goOn() {
  if (!paused_) return;
  paused_ = false;
  nextStep();
}

std::string Conformance::filled(const char* json) const {
  const Transaction* newest = central_.book().newest(options_.charger);
  const std::pair<std::string_view, std::string> values[] = {
      {"${transactionId}", newest == nullptr ? "0" : std::to_string(newest->id)},
      {"${now}", now_},
      {"${before}", before_},
      {"${soon}", soon_},
      {"${later}", later_}};
  std::string out = json;
  for (const auto& [name, value] : values)
    for (std::size_t at; (at = out.find(name)) != std::string::npos;) out.replace(at, name.size(), value);
  return out;
}

void Conformance::nextStep() {
  const Scenario& scenario = *queue_[scenario_];
  if (step_ == scenario.steps.size()) return conclude(Verdict::Passed, "");
  const Step& step = scenario.steps[step_++];
  if ((step.versions & bit(central_.book().find(options_.charger)->version)) == 0) return nextStep();
  switch (step.what) {
    case Do::Send: return send(step);
    case Do::Await:
    case Do::AwaitNext:
    case Do::Never: return await(step);
    case Do::Rules: central_.setRules(parseRules(step.payload, scenario.name)); break;
    case Do::Ask: out_ << "OPERATOR: " << step.payload << std::endl; break;
  }
  nextStep();
}

void Conformance::later() {
  waiting_ = nullptr;
  timer_.start(breath, [this] { nextStep(); });
}

void Conformance::send(const Step& step) {
  central_.send(options_.charger, step.action, filled(step.payload),
                [this, &step](const Outcome& outcome) { judgeReply(step, outcome); });
}

void Conformance::judgeReply(const Step& step, const Outcome& outcome) {
  const Message& reply = outcome.reply;
  const std::string wanted = filled(step.expected);
  std::string where;
  if (reply.kind == Message::Kind::Response && matches(reply.payload, Json::parse(wanted), where)) return later();
  const bool optional = queue_[scenario_]->profile != ocpp::Profile::Core;
  if (optional && reply.kind == Message::Kind::Fault && reply.text.rfind("NotSupported:", 0) == 0)
    return conclude(Verdict::NotApplicable, std::string(step.action) + " got the fault " + reply.text);
  std::string ignored;
  if (step.lacks[0] != '\0' && reply.kind == Message::Kind::Response &&
      matches(reply.payload, Json::parse(step.lacks), ignored))
    return conclude(Verdict::NotApplicable, std::string(step.action) + " got " + compact(reply.payload));
  const std::string got = reply.kind == Message::Kind::Response ? compact(reply.payload) : reply.text;
  fail(step, "expected " + wanted + (where.empty() ? "" : " (differs at " + where + ")") + ", got " + got,
       &outcome.request, &reply);
}

void Conformance::await(const Step& step) {
  waiting_ = &step;
  if (step.what == Do::AwaitNext) unseen_.erase(unseen_.begin(), unseen_.begin() + passed_);
  passed_ = 0;
  if (arrived(step)) return later();
  if (waiting_ == nullptr) return;  // it has failed
  timer_.start(std::chrono::seconds(step.seconds != 0 ? step.seconds : options_.patience),
               [this, &step] { onTimer(step); });
}

/// True if what the step waits for is there. Fails the scenario if the step forbids what is there.
bool Conformance::arrived(const Step& step) {
  const Json wanted = Json::parse(filled(step.expected));
  const auto place = std::find_if(unseen_.begin(), unseen_.end(), [&](const Message& message) {
    std::string ignored;
    return message.action == step.action && matches(message.payload, wanted, ignored);
  });
  const bool there = place != unseen_.end();
  if (step.what == Do::Never ? there : step.what == Do::AwaitNext && !unseen_.empty() && place != unseen_.begin()) {
    const Message unwanted = step.what == Do::Never ? *place : unseen_.front();
    fail(step,
         (step.what == Do::Never ? "expected no " : "expected nothing but ") + std::string(step.action) + ", got " +
             oneLine(unwanted),
         &lastSent_, &unwanted);
    return false;
  }
  if (!there) return false;
  take(static_cast<std::size_t>(place - unseen_.begin()));
  return true;
}

/// Takes a message out, and with it the earlier ones of the same action: what they said is outdated.
void Conformance::take(std::size_t index) {
  const std::string action = unseen_[index].action;
  const auto end = unseen_.begin() + static_cast<std::ptrdiff_t>(index);
  const auto kept = std::remove_if(unseen_.begin(), end, [&](const Message& each) { return each.action == action; });
  passed_ = kept - unseen_.begin();
  unseen_.erase(kept, end + 1);
}

void Conformance::onTimer(const Step& step) {
  waiting_ = nullptr;
  if (step.what == Do::Never) return nextStep();
  const auto near = std::find_if(unseen_.rbegin(), unseen_.rend(),
                                 [&](const Message& message) { return message.action == step.action; });
  const Message nearest = near == unseen_.rend() ? lastIn_ : *near;
  fail(step,
       std::string("no ") + step.action + " " + filled(step.expected) + " in " + std::to_string(options_.patience) +
           " s",
       &lastSent_, &nearest);
}

void Conformance::fail(const Step& step, const std::string& reason, const Message* first, const Message* second) {
  waiting_ = nullptr;
  Result result;
  result.rule = step.rule;
  result.messages = {*first, *second};
  results_.push_back(result);
  conclude(Verdict::Failed, reason);
}

/// A failed scenario has its result already, for the messages.
void Conformance::conclude(Verdict verdict, const std::string& reason) {
  const Scenario& scenario = *queue_[scenario_++];
  if (verdict != Verdict::Failed) results_.emplace_back();
  Result& result = results_.back();
  result.verdict = verdict;
  result.name = scenario.name;
  result.title = scenario.title;
  result.profile = std::string(profileName(scenario.profile));
  result.reason = reason;
  result.seconds = static_cast<double>((wallClock() - since_).count()) / 1000;
  central_.setRules(base_);
  since_ = wallClock();
  timer_.start(breath, [this, verdict] { verdict == Verdict::Failed ? settle() : nextScenario(); });
}

/// After a failure the charger may be in the middle of something: until it is registered and silent, or patience ends.
void Conformance::settle() {
  const std::string& registration = central_.book().charger(options_.charger).registration;
  const bool registered = registration.empty() || registration == "Accepted";
  const bool silent = wallClock() - lastIn_.at >= calm;
  if ((registered && silent) || wallClock() - since_ >= std::chrono::seconds(options_.patience)) return nextScenario();
  timer_.start(calm / 5, [this] { settle(); });
}

/// Last of all: what had to be tolerated in any message.
void Conformance::finish() {
  Result result;
  result.name = "OSG_CONTRACT_CS";
  result.title = "All messages follow the contract of the version";
  result.profile = "Core";
  if (!odd_.empty()) {
    result.verdict = Verdict::Failed;
    result.reason =
        std::to_string(odd_.size()) + " messages had to be tolerated; the first: " + odd_.front().notes.front();
    result.rule = "the WSDL of the version, and OCPP-S section 4 on WS-Addressing";
    result.messages = {odd_.front()};
  }
  results_.push_back(result);
  done_(results_);
}

std::string scenarioList() {
  std::ostringstream out;
  for (const Scenario& each : scenarios()) {
    std::string line = each.name;
    line.resize(34, ' ');
    for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
      line += (each.versions & bit(version)) != 0 ? std::string(ocpp::name(version)) + " " : "    ";
    line += profileOption(each.profile);
    line.resize(62, ' ');
    out << line << each.title << (each.needsOperator ? " (--operator)" : "") << "\n";
  }
  return out.str();
}

}  // namespace cs
