// SPDX-License-Identifier: GPL-2.0-or-later
// Where a Charger is called: what it announces, what the operator allows, and what came of calling (WA-5, section 7.3).
#include "bridge/charger.h"

namespace bridge {

namespace {

constexpr std::size_t longestAnnounced = 1024;  // that is remembered

/// An address that the operator wrote as a number is allowed by that, whatever range it is of.
std::vector<Cidr> allowedFor(const ChargerConfig& config) {
  std::vector<Cidr> ranges = config.call.allow;
  const auto url = config.callback ? Url::parse(*config.callback) : std::nullopt;
  if (const auto literal = url ? literalAddress(url->host) : std::nullopt)
    ranges.push_back(Cidr::of(IpAddress::of(*literal)));
  return ranges;
}

}  // namespace

CallbackRules Charger::callbackRules() const {
  const Options& options = shard_.options();
  CallbackRules rules;
  rules.policy = config_.call.policy.value_or(options.callbackPolicy);
  rules.nat = config_.call.nat.value_or(options.callbackNat);
  rules.tls = config_.call.trust.demanded();
  rules.port = config_.call.port;
  rules.allow = config_.call.allow;
  return rules;
}

void Charger::reconsiderCallback() {
  if (config_.callback) return;
  const std::string url = book_.url();
  const std::string objection = url.empty() ? "" : callbackObjection(url, callbackRules(), shard_.addresses());
  book_.reconsider(!objection.empty());
  if (!objection.empty()) tellDropped(url, objection);
}

void Charger::tellDropped(const std::string& url, const std::string& why) {
  if (!url.empty() && book_.url() != url)
    log(session::Level::Warning, "callback", url + " is not used any more: " + why);
}

void Charger::forgetCallback(const std::string& why) {
  if (config_.callback) return;
  const std::string before = book_.url();
  book_.forget();
  announced_.clear();
  tellDropped(before, why);
}

void Charger::learnCallback(const std::string& announced, const std::string& peer) {
  if (config_.callback) return;
  if (announced == announced_ && peer == announcer_ && book_.waiting().empty()) return;
  announced_ = announced.size() <= longestAnnounced ? announced : "";
  announcer_ = peer;
  const Callback found = callbackFrom(announced, peer, callbackRules(), shard_.addresses());
  if (!found.remark.empty() && found.remark != callbackRemark_) log(session::Level::Warning, "callback", found.remark);
  callbackRemark_ = found.remark;
  const std::string before = book_.url();
  const std::string news = book_.announced(found.url, now());
  if (!news.empty() && news != callbackNews_) log(session::Level::Info, "callback", news);
  if (!news.empty()) callbackNews_ = news;
  if (book_.url() != before) keepRow(true);
}

void Charger::announcedAgain() {
  if (config_.callback) return;
  const Callback found = callbackFrom(announced_, announcer_, callbackRules(), shard_.addresses());
  callbackRemark_ = found.remark;
  const std::string before = book_.url();
  if (found.url.empty())
    book_.forget();  // until it announces one that they permit
  else
    book_.replace(found.url, now());
  tellDropped(before, found.remark.empty() ? "the settings have changed" : found.remark);
  announced_.clear();  // its next message is looked at again
}

void Charger::addressPost(HttpPost& post) {
  post.url = book_.url();
  post.trust = config_.call.trust;
  post.refusal = [this, allowed = allowedFor(config_)](const NetAddress& address) {
    return shard_.addresses().refusal(address, allowed);
  };
}

bool Charger::judgeCall(const std::string& url, const session::ChargerReply& reply) {
  using session::ChargerFailure;
  const bool mismatch =
      reply.failure == ChargerFailure::Faulted && reply.fault.code == ocpp::FaultCode::IdentityMismatch;
  const bool wrongPlace = mismatch || reply.failure == ChargerFailure::WrongUrl;
  const bool notReached = reply.failure == ChargerFailure::Unreachable;
  if (reply.failure == ChargerFailure::None || (reply.failure == ChargerFailure::Faulted && !mismatch))
    book_.worked(url, now());
  if (!wrongPlace && !notReached) return false;  // silence and broken connections prove nothing
  const bool another = book_.failed(url, reply.fault.description, now());
  if (!another) return false;
  log(session::Level::Warning, "callback", url + " failed; " + book_.url() + ", announced meanwhile, takes its place");
  keepRow(false);
  return notReached;
}

}  // namespace bridge
