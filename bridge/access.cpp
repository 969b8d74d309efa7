// SPDX-License-Identifier: GPL-2.0-or-later
// The checks, in their order.
#include "bridge/access.h"

#include <algorithm>
#include <utility>

#include "bridge/credentials.h"
#include "bridge/forwarded.h"
#include "bridge/random_id.h"

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
constexpr std::size_t mostNobodies = 1000;
constexpr unsigned minutesOfDay = 24 * 60;

}  // namespace

std::string_view refusalName(Refusal refusal) { return rowOf(refusal).name; }
std::string_view refusalText(Refusal refusal) { return rowOf(refusal).text; }

Access::Access(const AccessOptions& options, bool autoRegister)
    : options_(options),
      autoRegister_(autoRegister),
      failures_(options.failuresPerMinute),
      guesses_(options.failuresPerMinute * minutesOfDay, std::chrono::hours(24)) {
  anyStranger_.from = options_.allowFrom;
  configure(ChargersFile());
}

Access::Table Access::compile(const ChargersFile& chargers) const {
  Table table;
  std::unordered_map<std::string, std::string> users;
  for (const auto& [identity, config] : chargers) {
    const AccessRules& wanted = config.access;
    Rule& rule = table.rules[identity];
    rule.identity = identity;
    rule.from = wanted.from.empty() ? options_.allowFrom : wanted.from;
    if (wanted.urlSecret) rule.secret = digest_.of(*wanted.urlSecret);
    if (wanted.needsCertificate.value_or(options_.requireCertificate))
      rule.certificate = wanted.certificateName.empty() ? identity : wanted.certificateName;
    if (!wanted.password && !wanted.passwordHash) continue;
    rule.needsPassword = true;
    if (wanted.password) rule.password = digest_.of(*wanted.password);
    rule.hash = wanted.passwordHash.value_or("");
    const std::string& user = wanted.user.empty() ? identity : wanted.user;
    if (const auto other = users.emplace(user, identity); !other.second)
      throw BadConfiguration("chargers '" + other.first->second + "' and '" + identity + "': both are user '" + user +
                             "' of Basic auth");
  }
  for (const auto& [user, identity] : users) table.byUser[user] = &table.rules.at(identity);
  table.open = autoRegister_ && !options_.requireCertificate ? options_.allowFrom : IpRanges();
  table.openAnywhere = autoRegister_ && !options_.requireCertificate && options_.allowFrom.empty();
  table.reached = autoRegister_ ? options_.allowFrom : IpRanges();
  table.reachedAnywhere = (autoRegister_ && options_.allowFrom.empty()) || (table.rules.empty() && !autoRegister_);
  for (const auto& [identity, rule] : table.rules) {
    if (!rule.secret.empty()) table.bySecret[rule.secret].push_back(&rule);
    if (!rule.certificate.empty()) table.byCertificate[rule.certificate].push_back(&rule);
    table.reached.add(rule.from);
    table.reachedAnywhere = table.reachedAnywhere || rule.from.empty();
    if (table.dummyHash.empty()) table.dummyHash = rule.hash;
    if (!rule.open()) continue;
    table.open.add(rule.from);
    table.openAnywhere = table.openAnywhere || rule.from.empty();
  }
  // Until the first charger is named there is nobody to be protected: strangers are told so in the words of OCPP.
  table.openAnywhere = table.openAnywhere || (table.rules.empty() && !autoRegister_);
  return table;
}

/// Moving keeps the rules where they are, so that the indexes still point to them.
void Access::configure(Table&& table) {
  for (const auto& [identity, rule] : rules_)
    if (table.rules.count(identity) == 0) hashed_.forget(identity);
  std::swap(rules_, table.rules);
  std::swap(byUser_, table.byUser);
  std::swap(bySecret_, table.bySecret);
  std::swap(byCertificate_, table.byCertificate);
  open_ = std::move(table.open);
  openAnywhere_ = table.openAnywhere;
  reached_ = std::move(table.reached);
  reachedAnywhere_ = table.reachedAnywhere;
  dummyHash_ = std::move(table.dummyHash);
  for (auto place = places_.begin(); place != places_.end();)
    place = autoRegister_ || rules_.count(place->first) != 0 ? std::next(place) : forget(place);
}

bool Access::nameSender(HttpRequest& request) const {
  const auto origin = originOf(request, options_.trustedProxies, options_.proxyHeader);
  if (!origin) return true;
  if (origin->forwarded) request.peerAddress = origin->address.text();
  return !origin->headerIgnored;
}

bool Access::findSender(HttpRequest& request) {
  if (nameSender(request)) return true;
  ++headersIgnored_;
  return false;
}

bool Access::excludes(const std::string& sender) const {
  if (reachedAnywhere_) return false;
  const auto address = IpAddress::parse(sender);
  return address && !reached_.contains(*address);
}

Refused Access::refuse(Refusal why, const IpAddress& address, std::string_view name, ocpp::Steady now) {
  ++counts_[static_cast<std::size_t>(why)];
  if (rowOf(why).failure) {
    failures_.failed(FailureLimit::of(address), now);
    if (!name.empty()) failures_.failed(FailureLimit::of(address, name), now);
  }
  return {why, 0};
}

Refused Access::count(const Objection& objection, const IpAddress& address, ocpp::Steady now) {
  if (objection.guessed) guesses_.failed(FailureLimit::of(address, objection.user), now);
  const bool late = objection.why == Refusal::TooOften;
  Refused refused = refuse(objection.why, address, late ? std::string_view() : objection.user, now);
  refused.retryAfter = objection.retryAfter;
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
  std::string_view rest = request.path();
  if (!rest.empty()) rest.remove_prefix(1);
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

const Access::Rule* Access::ruleOfUser(const std::string& user) const {
  const auto known = byUser_.find(user);
  return known == byUser_.end() ? nullptr : known->second;
}

/// Nothing where a hash would have to be computed first.
std::optional<bool> Access::isPassword(const Rule* rule, const BasicCredentials& shown) const {
  const std::string digest = digest_.of(shown.password);
  if (rule && !rule->hash.empty()) return hashed_.verdict(rule->identity, rule->hash, digest);
  // The same work for a user that does not exist.
  return SecretDigest::equal(digest, rule ? rule->password : digest_.of(shown.user)) && rule != nullptr;
}

std::optional<Access::Question> Access::question(const HttpRequest& request, ocpp::Steady now) const {
  const std::string* header = challenges() ? request.headers.find("Authorization") : nullptr;
  const auto shown = header ? basicCredentials(*header) : std::nullopt;
  if (!shown || excludes(request.peerAddress)) return std::nullopt;
  const Rule* rule = ruleOfUser(shown->user);
  if (!rule && dummyHash_.empty()) return std::nullopt;
  if (rule ? isPassword(rule, *shown) : nobodys_.verdict(shown->user, dummyHash_, digest_.of(shown->password)))
    return std::nullopt;
  const IpAddress address = IpAddress::parse(request.peerAddress).value_or(IpAddress());
  if (failures_.secondsBlocked(FailureLimit::of(address, shown->user), now) > 0) return std::nullopt;
  if (!rule) return Question{"", dummyHash_, shown->password, shown->user};
  return Question{rule->identity, rule->hash, shown->password};
}

void Access::answered(const Question& question, bool right) {
  const std::string digest = digest_.of(question.password);
  if (!question.identity.empty()) return hashed_.learn(question.identity, question.hash, digest, right);
  if (nobodys_.size() >= mostNobodies) nobodys_.clear();
  nobodys_.learn(question.user, question.hash, digest, false);
}

/// AU-8: who shows the right password passes, whatever others have tried from his address; who does not has to wait.
std::optional<Access::Objection> Access::readPassword(const std::string& header, Arrival& arrival,
                                                      ocpp::Steady now) const {
  arrival.passwordShown = true;
  const auto shown = basicCredentials(header);
  const std::string user = shown ? shown->user : "";
  const Rule* rule = shown ? ruleOfUser(user) : nullptr;
  const auto name = FailureLimit::of(arrival.address, user);
  const auto right = shown ? isPassword(rule, *shown) : false;
  if (!right) return Objection{Refusal::TooOften, std::max(1, failures_.secondsBlocked(name, now))};
  if (*right) {
    // Guessing at another's address shall take years, so even the right one waits when a whole day's guesses are spent.
    const int guessed = wellKnown(rule->identity, arrival.address) ? 0 : guesses_.secondsBlocked(name, now);
    if (guessed > 0) return Objection{Refusal::TooOften, guessed};
    arrival.user = rule;
    arrival.blockedFor = 0;
    return std::nullopt;
  }
  const int wait = std::max(shown ? failures_.secondsBlocked(name, now) : 0, arrival.blockedFor);
  return Objection{wait > 0 ? Refusal::TooOften : Refusal::Password, wait, user, rule != nullptr};
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

std::optional<Access::Objection> Access::look(const HttpRequest& request, Arrival& arrival, ocpp::Steady now) const {
  arrival.address = IpAddress::parse(request.peerAddress).value_or(IpAddress());
  arrival.certificateNames = &request.certificateNames;
  readPath(request, arrival);
  for (const std::string& name : request.certificateNames)
    if (const auto owners = byCertificate_.find(name); owners != byCertificate_.end())
      arrival.byCertificate.push_back(&owners->second);
  // What cannot be guessed need not wait: neighbours behind one address shall not shut each other out (AU-8).
  const bool proven = arrival.bySecret || !arrival.byCertificate.empty();
  if (!proven) arrival.blockedFor = failures_.secondsBlocked(FailureLimit::of(arrival.address), now);
  const std::string* header = challenges() ? request.headers.find("Authorization") : nullptr;
  if (header && !excludes(request.peerAddress))
    if (auto objection = readPassword(*header, arrival, now)) return objection;
  if (arrival.blockedFor > 0 && heardFrom_.count(arrival.address.subscriber()) == 0)
    return Objection{Refusal::TooOften, arrival.blockedFor};
  if (const auto why = judgeAny(arrival)) return Objection{*why};
  return std::nullopt;
}

std::optional<Refused> Access::arrive(const HttpRequest& request, Arrival& arrival, ocpp::Steady now) {
  const auto objection = look(request, arrival, now);
  return objection ? std::optional(count(*objection, arrival.address, now)) : std::nullopt;
}

bool Access::wouldRefuse(const HttpRequest& request, Arrival& arrival, ocpp::Steady now) const {
  return look(request, arrival, now).has_value();
}

std::optional<Refusal> Access::judgeStranger(const std::string& identity, const Arrival& arrival) const {
  if (!options_.requireCertificate) return judge(anyStranger_, identity, arrival);
  Rule rule = anyStranger_;
  rule.certificate = identity;
  return judge(rule, identity, arrival);
}

std::optional<Access::Objection> Access::look(const Arrival& arrival, const std::string& identity, ocpp::Steady) const {
  if (arrival.blockedFor > 0 && !arrival.user && !wellKnown(identity, arrival.address))
    return Objection{Refusal::TooOften, arrival.blockedFor};
  const auto known = rules_.find(identity);
  const bool stranger = known == rules_.end();
  auto why = stranger ? judgeStranger(identity, arrival) : judge(known->second, identity, arrival);
  if (why != Refusal::Mismatch && stranger && !autoRegister_) why = Refusal::Unknown;
  return why ? std::optional(Objection{*why}) : std::nullopt;
}

std::optional<Refused> Access::admit(const Arrival& arrival, const std::string& identity, ocpp::Steady now) {
  const auto objection = look(arrival, identity, now);
  return objection ? std::optional(count(*objection, arrival.address, now)) : std::nullopt;
}

bool Access::wouldRefuse(const Arrival& arrival, const std::string& identity, ocpp::Steady now) const {
  return look(arrival, identity, now).has_value();
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

std::optional<std::string> Access::heard(const Arrival& arrival, const std::string& identity, bool stranger,
                                         ocpp::Steady now) {
  Place& place = places_[identity];
  remember(identity, place, stranger);
  const IpAddress before = place.address;
  const bool known = place.at != ocpp::Steady();
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
  if (place->second.stranger) strangers_.erase(*place->second.stranger);
  return places_.erase(place);
}

/// C8: whoever invents names pushes out other inventions only.
void Access::remember(const std::string& identity, Place& place, bool stranger) {
  if (place.stranger && stranger) return strangers_.splice(strangers_.end(), strangers_, *place.stranger);
  if (place.stranger) strangers_.erase(*std::exchange(place.stranger, std::nullopt));
  if (!stranger) return;
  if (strangers_.size() >= mostStrangers) forget(places_.find(strangers_.front()));
  place.stranger = strangers_.insert(strangers_.end(), identity);
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
