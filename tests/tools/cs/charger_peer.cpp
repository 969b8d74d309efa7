// SPDX-License-Identifier: GPL-2.0-or-later
// Waits for the charger, asks what it has, and sends it the operations of scenarios.
#include "tests/tools/cs/charger_peer.h"

namespace cs {

namespace {

/// Our first operation goes out only when the charger has its answer.
constexpr std::chrono::milliseconds breath{20};

}  // namespace

ChargerPeer::ChargerPeer(bridge::Loop& loop, const Options& options, Central& central, std::ostream& out)
    : loop_(loop), options_(options), central_(central), out_(out), base_(central.rules()), timer_(loop) {
  watch([this](const Message& message) {
    if (!heard_ && message.incoming && met_) loop_.post([this] { heard(); });
  });
}

void ChargerPeer::watch(tool::Observer observer) {
  central_.watch([this, observer = std::move(observer)](const Message& message) {
    if (message.charger == options_.charger) observer(message);
  });
}

void ChargerPeer::meet(Met met) {
  met_ = std::move(met);
  if (options_.chargerUrls.count(options_.charger) != 0) return loop_.post([this] { heard(); });
  out_ << "waiting for charger " << options_.charger << " (" << options_.connect << " s)" << std::endl;
  timer_.start(std::chrono::seconds(options_.connect), [this] {
    const Refusal nobody{
        "OSG_CONNECT_CS", "The charger connects",
        "charger " + options_.charger + " was not heard in " + std::to_string(options_.connect) + " s"};
    met_(&nobody);
  });
}

void ChargerPeer::heard() {
  if (heard_) return;
  heard_ = true;
  if (!options_.versionGiven || version() == options_.version) return timer_.start(breath, [this] { probe(); });
  const Refusal other{
      "OSG_VERSION_CS", "The charger speaks the demanded version",
      "it speaks " + std::string(ocpp::name(version())) + ", not " + std::string(ocpp::name(options_.version))};
  timer_.stop();
  met_(&other);
}

/// 1.6 tells the profiles that it has.
void ChargerPeer::probe() {
  if (version() != ocpp::Version::V16) return met_(nullptr);
  central_.send(options_.charger, "GetConfiguration", R"({"key":["SupportedFeatureProfiles"]})",
                [this](const Outcome& outcome) {
                  for (const Json& each : outcome.reply.payload.value("configurationKey", Json::array()))
                    if (each.value("key", "") == "SupportedFeatureProfiles") supported_ = each.value("value", "");
                  met_(nullptr);
                });
}

std::string ChargerPeer::lacks(ocpp::Profile profile) const {
  const bool there = profile == ocpp::Profile::Core || supported_.empty() ||
                     supported_.find(tool::profileName(profile)) != std::string::npos;
  return there ? "" : "SupportedFeatureProfiles is " + supported_;
}

void ChargerPeer::send(const tool::Step& step, const std::string& payload, Replied replied) {
  central_.send(options_.charger, step.action, payload,
                [replied = std::move(replied)](const Outcome& outcome) { replied(outcome.request, outcome.reply); });
}

void ChargerPeer::setRules(const std::string& rules, const std::string& place) {
  central_.setRules(rules.empty() ? base_ : parseRules(rules, place));
}

std::vector<tool::Peer::Value> ChargerPeer::values() const {
  const Transaction* newest = central_.book().newest(options_.charger);
  return {{"transactionId", newest == nullptr ? "0" : std::to_string(newest->id), ""},
          {"idTag", newest == nullptr ? "OSGTAG1" : newest->idTag, ""},
          {"files", central_.filesUrl(), ""},
          {"firmware", options_.firmware, "firmware"}};
}

bool ChargerPeer::settled() const {
  const std::string& registration = central_.book().charger(options_.charger).registration;
  return registration.empty() || registration == "Accepted";
}

}  // namespace cs
