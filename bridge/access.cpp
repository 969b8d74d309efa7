// SPDX-License-Identifier: GPL-2.0-or-later
// The checks, in their order.
#include "bridge/access.h"

#include <openssl/evp.h>

#include <algorithm>

#include "bridge/forwarded.h"
#include "bridge/random_id.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

struct RefusalRow {
  Refusal why;
  std::string_view name, text;
  bool failure;  ///< Counts against the address (AU-8).
};
// PasswordMissing is how every client begins that waits to be asked.
constexpr RefusalRow rows[refusals] = {
    {Refusal::Unknown, "unknown-identity", "an identity that is not served", true},
    {Refusal::Full, "registrations-full", "--max-chargers identities have been taken in already", false},
    {Refusal::Address, "address", "this charger is not expected from that address", true},
    {Refusal::PasswordMissing, "password-missing", "no user and password were shown", false},
    {Refusal::Password, "password", "wrong user or password", true},
    {Refusal::UrlSecret, "url-secret", "the URL lacks the charger's secret", true},
    {Refusal::Certificate, "certificate", "no client certificate with the charger's name", true},
    {Refusal::Mismatch, "identity-mismatch", "the credentials are another charger's", true},
    {Refusal::TooOften, "too-often", "refused too often lately, has to wait", false},
};

const RefusalRow& rowOf(Refusal why) { return rows[static_cast<std::size_t>(why)]; }

constexpr std::size_t mostSegments = 8;  // of a path, looked at
constexpr std::size_t shortestSecret = 16;

/// Nothing if the header is not `Basic` with well-formed content (RFC 7617).
std::optional<std::pair<std::string, std::string>> basicCredentials(std::string_view header) {
  header = ocpp::trimmed(header);
  if (header.size() < 6 || !ocpp::equalFold(header.substr(0, 6), "basic ")) return std::nullopt;
  const std::string encoded(ocpp::trimmed(header.substr(6)));
  if (encoded.empty() || encoded.size() % 4 != 0 || encoded.size() > 2048) return std::nullopt;
  std::string plain(encoded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = encoded.size() - 1 - encoded.find_last_not_of('=');
  if (padding > 2) return std::nullopt;
  plain.resize(static_cast<std::size_t>(size) - padding);
  const std::size_t colon = plain.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::make_pair(plain.substr(0, colon), plain.substr(colon + 1));
}

/// The value of `token` in a query, "" if it has none.
std::string tokenIn(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.size() > 6 && pair.substr(0, 6) == "token=") return percentDecoded(pair.substr(6));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return "";
}

}  // namespace

std::string_view refusalName(Refusal refusal) { return rowOf(refusal).name; }
std::string_view refusalText(Refusal refusal) { return rowOf(refusal).text; }

Access::Access(const AccessOptions& options, bool autoRegister)
    : options_(options), autoRegister_(autoRegister), failures_(options.failuresPerMinute) {
  configure({});
}

void Access::configure(const ChargersFile& chargers) {
  Rules rules;
  std::unordered_map<std::string, std::string> users;
  for (const auto& [identity, config] : chargers) {
    const AccessRules& wanted = config.access;
    Rule& rule = rules[identity];
    rule.identity = identity;
    rule.from = wanted.from.empty() ? options_.allowFrom : wanted.from;
    if (wanted.urlSecret) rule.secret = digest_.of(*wanted.urlSecret);
    if (wanted.needsCertificate.value_or(options_.requireCertificate))
      rule.certificate = wanted.certificateName.empty() ? identity : wanted.certificateName;
    if (!wanted.password) continue;
    rule.needsPassword = true;
    rule.password = digest_.of(*wanted.password);
    const std::string& user = wanted.user.empty() ? identity : wanted.user;
    if (const auto other = users.emplace(user, identity); !other.second)
      throw BadConfiguration("chargers '" + other.first->second + "' and '" + identity + "': both are user '" + user +
                             "' of Basic auth");
  }
  rules_ = std::move(rules);
  byUser_.clear();
  for (const auto& [user, identity] : users) byUser_[user] = &rules_.at(identity);
  bySecret_.clear();
  byCertificate_.clear();
  open_ = autoRegister_ && !options_.requireCertificate ? options_.allowFrom : IpRanges();
  openAnywhere_ = autoRegister_ && !options_.requireCertificate && options_.allowFrom.empty();
  for (const auto& [identity, rule] : rules_) {
    if (!rule.secret.empty()) bySecret_[rule.secret].push_back(&rule);
    if (!rule.certificate.empty()) byCertificate_[rule.certificate].push_back(&rule);
    if (!rule.open()) continue;
    open_.add(rule.from);
    openAnywhere_ = openAnywhere_ || rule.from.empty();
  }
  // Until the first charger is named there is nobody to be protected: strangers are told so in the words of OCPP.
  openAnywhere_ = openAnywhere_ || (rules_.empty() && !autoRegister_);
  for (auto place = places_.begin(); place != places_.end();)
    place = autoRegister_ || rules_.count(place->first) != 0 ? std::next(place) : forget(place);
}

bool Access::findSender(HttpRequest& request) {
  const auto origin = originOf(request, options_.trustedProxies, options_.proxyHeader);
  if (!origin) return true;
  request.peerAddress = origin->address.text();
  if (!origin->headerIgnored) return true;
  ++headersIgnored_;
  return false;
}

Refused Access::refuse(Refusal why, const IpAddress& address, std::string_view name, ocpp::Instant now) {
  ++counts_[static_cast<std::size_t>(why)];
  if (rowOf(why).failure) {
    failures_.failed(FailureLimit::of(address), now);
    if (!name.empty()) failures_.failed(FailureLimit::of(address, name), now);
  }
  return {why, 0};
}

Refused Access::tooOften(const IpAddress& address, int seconds, ocpp::Instant now) {
  Refused refused = refuse(Refusal::TooOften, address, "", now);
  refused.retryAfter = seconds;
  return refused;
}

bool Access::wellKnown(const std::string& identity, const IpAddress& address) const {
  const auto place = places_.find(identity);
  return place != places_.end() && place->second.address.subscriber() == address.subscriber();
}

/// Is it somebody's secret? Then `arrival` knows whose.
bool Access::takeSecret(const std::string& text, Arrival& arrival) const {
  if (bySecret_.empty() || text.size() < shortestSecret) return false;
  const auto found = bySecret_.find(digest_.of(text));
  if (found == bySecret_.end()) return false;
  arrival.bySecret = &found->second;
  arrival.secret = text;
  return true;
}

void Access::readPath(const HttpRequest& request, Arrival& arrival) const {
  std::string_view rest = request.path().substr(1);
  for (std::size_t segment = 0; segment < mostSegments; ++segment) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string text = percentDecoded(rest.substr(0, end));
    // Where URLs carry secrets, a segment that is none and no known name may be a mistyped one: not to be repeated.
    const bool mayName = segment > 0 && !text.empty() && (bySecret_.empty() || rules_.count(text) != 0);
    if (segment > 0 && !takeSecret(text, arrival) && mayName) arrival.pathIdentity = text;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (rest.empty()) break;
  }
  if (arrival.secret.empty()) takeSecret(tokenIn(request.query()), arrival);
}

std::optional<Refused> Access::readPassword(const std::string& header, Arrival& arrival, ocpp::Instant now) {
  arrival.passwordShown = true;
  const auto shown = basicCredentials(header);
  if (!shown) return refuse(Refusal::Password, arrival.address, "", now);
  const auto& [user, password] = *shown;
  const auto known = byUser_.find(user);
  const Rule* rule = known == byUser_.end() ? nullptr : known->second;
  int wait = failures_.secondsBlocked(FailureLimit::of(arrival.address, user), now);
  if (!rule || !wellKnown(rule->identity, arrival.address)) wait = std::max(wait, arrival.blockedFor);
  if (wait > 0) return tooOften(arrival.address, wait, now);
  // The same work for a user that does not exist.
  const bool right = SecretDigest::equal(digest_.of(password), rule ? rule->password : digest_.of(user));
  if (!rule || !right) return refuse(Refusal::Password, arrival.address, user, now);
  arrival.user = rule;
  return std::nullopt;
}

std::optional<Refusal> Access::judge(const Rule& rule, const std::string& identity, const Arrival& arrival) const {
  const auto& names = *arrival.certificateNames;
  const bool named =
      !rule.certificate.empty() && std::find(names.begin(), names.end(), rule.certificate) != names.end();
  // Keyed digests: how long their comparison takes tells nothing.
  const bool secretOfOthers = arrival.bySecret && arrival.bySecret->front()->secret != rule.secret;
  if ((arrival.user && arrival.user->identity != identity) || secretOfOthers ||
      (!arrival.byCertificate.empty() && !named))
    return Refusal::Mismatch;
  if (!rule.from.empty() && !rule.from.contains(arrival.address)) return Refusal::Address;
  if (rule.needsPassword && !arrival.user) return arrival.passwordShown ? Refusal::Password : Refusal::PasswordMissing;
  if (!rule.secret.empty() && !arrival.bySecret) return Refusal::UrlSecret;
  if (!rule.certificate.empty() && !named) return Refusal::Certificate;
  return std::nullopt;
}

std::vector<const Access::Owners*> Access::ownersOf(const Arrival& arrival) {
  std::vector<const Owners*> all = arrival.byCertificate;
  if (arrival.bySecret) all.insert(all.begin(), arrival.bySecret);
  return all;
}

/// Could any identity be admitted with what is shown?
std::optional<Refusal> Access::judgeAny(const Arrival& arrival) const {
  if (arrival.user) return judge(*arrival.user, arrival.user->identity, arrival);
  std::optional<Refusal> why;
  for (const Owners* owners : ownersOf(arrival)) {
    for (const Rule* owner : *owners) {
      why = judge(*owner, owner->identity, arrival);
      if (!why) return std::nullopt;
    }
  }
  if (why) return why;
  if (openAnywhere_ || open_.contains(arrival.address)) return std::nullopt;
  // Somebody to be taken in under the name of his certificate.
  const bool certified = autoRegister_ && options_.requireCertificate && !arrival.certificateNames->empty();
  if (certified && (options_.allowFrom.empty() || options_.allowFrom.contains(arrival.address))) return std::nullopt;
  if (certified) return Refusal::Address;
  if (!byUser_.empty()) return arrival.passwordShown ? Refusal::Password : Refusal::PasswordMissing;
  if (!bySecret_.empty()) return Refusal::UrlSecret;
  return byCertificate_.empty() && !options_.requireCertificate ? Refusal::Address : Refusal::Certificate;
}

std::optional<Refused> Access::arrive(const HttpRequest& request, Arrival& arrival, ocpp::Instant now) {
  arrival.address = IpAddress::parse(request.peerAddress).value_or(IpAddress());
  arrival.certificateNames = &request.certificateNames;
  readPath(request, arrival);
  for (const std::string& name : request.certificateNames)
    if (const auto owners = byCertificate_.find(name); owners != byCertificate_.end())
      arrival.byCertificate.push_back(&owners->second);
  // What cannot be guessed need not wait: neighbours behind one address shall not shut each other out (AU-8).
  const bool proven = arrival.bySecret || !arrival.byCertificate.empty();
  if (!proven) arrival.blockedFor = failures_.secondsBlocked(FailureLimit::of(arrival.address), now);
  if (arrival.blockedFor > 0 && heardFrom_.count(arrival.address.subscriber()) == 0)
    return tooOften(arrival.address, arrival.blockedFor, now);
  const std::string* header = challenges() ? request.headers.find("Authorization") : nullptr;
  if (header)
    if (auto refused = readPassword(*header, arrival, now)) return refused;
  if (const auto why = judgeAny(arrival)) return refuse(*why, arrival.address, "", now);
  return std::nullopt;
}

Access::Rule Access::ruleOfStranger(const std::string& identity) const {
  Rule rule;
  rule.identity = identity;
  rule.from = options_.allowFrom;
  if (options_.requireCertificate) rule.certificate = identity;
  return rule;
}

std::optional<Refused> Access::admit(const Arrival& arrival, const std::string& identity, ocpp::Instant now) {
  if (arrival.blockedFor > 0 && !arrival.user && !wellKnown(identity, arrival.address))
    return tooOften(arrival.address, arrival.blockedFor, now);
  const auto known = rules_.find(identity);
  const bool stranger = known == rules_.end();
  auto why = stranger ? judge(ruleOfStranger(identity), identity, arrival) : judge(known->second, identity, arrival);
  if (why != Refusal::Mismatch && stranger && !autoRegister_) why = Refusal::Unknown;
  if (why) return refuse(*why, arrival.address, "", now);
  return std::nullopt;
}

std::string Access::identityOf(const Arrival& arrival) const {
  if (arrival.user) return arrival.user->identity;
  for (const Owners* owners : ownersOf(arrival))
    if (owners->size() == 1) return owners->front()->identity;
  // Nobody is listed under these names: the first is the common name.
  if (autoRegister_ && options_.requireCertificate && !arrival.certificateNames->empty())
    return arrival.certificateNames->front();
  return "";
}

std::optional<std::string> Access::heard(const Arrival& arrival, const std::string& identity, ocpp::Instant now) {
  Place& place = places_[identity];
  const IpAddress before = place.address;
  const bool known = place.at != ocpp::Instant();
  const bool recent = known && now - place.at < std::chrono::seconds(options_.twoPlaces);
  place.at = now;
  if (known && before.subscriber() == arrival.address.subscriber()) return std::nullopt;
  if (known) leave(before);
  ++heardFrom_[arrival.address.subscriber()];
  place.address = arrival.address;
  if (!recent) return std::nullopt;
  ++alarms_;
  return before.text();
}

void Access::leave(const IpAddress& address) {
  const auto there = heardFrom_.find(address.subscriber());
  if (there != heardFrom_.end() && --there->second == 0) heardFrom_.erase(there);
}

Access::Places::iterator Access::forget(Places::iterator place) {
  leave(place->second.address);
  return places_.erase(place);
}

HttpResponse Access::answer(const Refused& refused) const {
  if (refused.why == Refusal::TooOften) {
    HttpResponse later = textResponse(429, "refused too often, try again later\n");
    later.headers.add("Retry-After", std::to_string(refused.retryAfter));
    return later;
  }
  // One answer whatever was wrong: it tells neither whether an identity exists nor which credential was right (AU-5).
  HttpResponse response = textResponse(challenges() ? 401 : 403, "not authorized\n");
  if (challenges()) response.headers.add("WWW-Authenticate", "Basic realm=\"OCPP\", charset=\"UTF-8\"");
  return response;
}

}  // namespace bridge
