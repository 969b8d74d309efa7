// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that decides whether somebody may speak, and as whom: before the XML is read as far as that goes, then for
// the identity that the XML names (AU-1, AU-5 to AU-9).
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/chargers_file.h"
#include "bridge/cidr.h"
#include "bridge/credentials.h"
#include "bridge/http_message.h"
#include "bridge/password_memory.h"
#include "bridge/rate_limit.h"
#include "bridge/secret.h"

namespace bridge {

/// Why somebody is not heard; the table in access.cpp says what follows from each.
enum class Refusal : std::uint8_t {
  Unknown,          ///< An identity that we do not serve.
  Full,             ///< --auto-register has taken in as many as it may.
  Address,          ///< Not from there.
  PasswordMissing,  ///< No Basic credentials where they are needed.
  Password,         ///< Wrong ones.
  UrlSecret,        ///< The URL lacks the secret, or has a wrong one.
  Certificate,      ///< No client certificate, or none with the right name.
  Mismatch,         ///< Good credentials of another charger.
  TooOften,         ///< Too many refusals lately.
};
constexpr std::size_t refusals = 9;

/// The words of a refusal for log and /health.
std::string_view refusalName(Refusal refusal);
/// The same as a sentence for the log.
std::string_view refusalText(Refusal refusal);

struct Refused {
  Refusal why;
  int retryAfter = 0;  ///< Seconds; only of TooOften.
};

class Access {
  struct Rule;
  using Owners = std::vector<const Rule*>;
  /// AccessRules as they are compared.
  struct Rule {
    std::string identity;
    IpRanges from;
    bool needsPassword = false;
    std::string password, secret;  ///< Digests; "" = none.
    std::string hash;              ///< Of crypt(3), in place of `password`.
    std::string certificate;       ///< The name that is needed; "" = none.
    bool open() const { return !needsPassword && secret.empty() && certificate.empty(); }
  };
  using Rules = std::unordered_map<std::string, Rule>;
  using Index = std::unordered_map<std::string, Owners>;

 public:
  /// What a request has shown, all of it verified. Valid until the next configure().
  class Arrival {
   public:
    IpAddress address;           ///< The sender's, behind trusted proxies.
    std::string pathIdentity;    ///< Last path segment below /ocpp that is no secret.
    std::string secret;          ///< The secret found in the URL, to be masked in traces.
    bool passwordShown = false;  ///< It had an Authorization header, right or wrong.

   private:
    friend class Access;
    int blockedFor = 0;  ///< Seconds that its address still has to wait.
    const Rule* user = nullptr;
    const Owners* bySecret = nullptr;          ///< Whose the secret is; null = none was found.
    std::vector<const Owners*> byCertificate;  ///< Whose names stand in the certificate.
    const std::vector<std::string>* certificateNames = nullptr;
  };

  /// `autoRegister`: identities that the chargers file does not name are welcome.
  Access(const AccessOptions& options, bool autoRegister);

  /// The rules of a chargers file, as they are looked up.
  class Table {
    friend class Access;
    Rules rules;
    std::unordered_map<std::string, const Rule*> byUser;
    Index bySecret, byCertificate;
    IpRanges open, reached;
    bool openAnywhere = false, reachedAnywhere = false;
    std::string dummyHash;
  };
  /// For configure(); may be called by any thread. Throws BadConfiguration.
  Table compile(const ChargersFile& chargers) const;
  /// Takes the rules over; what was there before is in `table` afterwards, to be destroyed where that is no burden.
  void configure(Table&& table);
  /// Both. Throws BadConfiguration, and then the former rules stay.
  void configure(const ChargersFile& chargers) { configure(compile(chargers)); }

  /// The sender's address behind trusted proxies, in place of the peer's; counts headers of others (AU-7).
  /// False: somebody not trusted has named another sender.
  bool findSender(HttpRequest& request);
  /// The same without counting.
  bool nameSender(HttpRequest& request) const;
  /// There are addresses from where nobody that is served may come.
  bool excludesSome() const { return !reachedAnywhere_; }
  /// Nobody that is served may come from there, whatever he shows: known before anything of a body is read (C2).
  bool excludes(const std::string& sender) const;
  /// A password that is right or wrong for a hash that has to be computed first: see PasswordHasher.
  struct Question {
    std::string identity, hash, password;  ///< `identity` "": of a user that does not exist.
    std::string user{};
  };
  /// Before arrive(): what has to be computed for it, if anything, and if it may be tried at all. For a user that does
  /// not exist a hash of nobody is: the time that an answer takes must not tell who exists (AU-5).
  std::optional<Question> question(const HttpRequest& request, ocpp::Steady now) const;
  void answered(const Question& question, bool right);
  /// Before the XML is read. `request` must live as long as `arrival`; its peerAddress is the sender's.
  std::optional<Refused> arrive(const HttpRequest& request, Arrival& arrival, ocpp::Steady now);
  /// The identity in the XML. "" where it has none: see identityOf().
  std::optional<Refused> admit(const Arrival& arrival, const std::string& identity, ocpp::Steady now);
  /// What arrive() and admit() would say. Nothing is counted: for decisions before a request is there (C1).
  bool wouldRefuse(const HttpRequest& request, Arrival& arrival, ocpp::Steady now) const;
  bool wouldRefuse(const Arrival& arrival, const std::string& identity, ocpp::Steady now) const;
  /// Whose the credentials are, where they are one charger's only; else "".
  std::string identityOf(const Arrival& arrival) const;
  /// The identity was admitted and is served. Where it was heard from a moment ago, if that was elsewhere (AU-9).
  /// `stranger`: anybody can be it. Of strangers so many places are remembered, and the longest unheard gives way (C8).
  std::optional<std::string> heard(const Arrival& arrival, const std::string& identity, bool stranger,
                                   ocpp::Steady now);
  static constexpr std::size_t mostStrangers = 2000;
  std::size_t places() const { return places_.size(); }

  /// Counts a refusal that others decided on, such as one by TLS.
  Refused refuse(Refusal why, const IpAddress& address, std::string_view name, ocpp::Steady now);
  /// The answer on the level of HTTP: 401, 403 or 429.
  HttpResponse answer(const Refused& refused) const;
  /// Who shows no password is asked for one, whatever identity he names (AU-5).
  bool challenges() const { return !byUser_.empty(); }

  std::uint64_t count(Refusal refusal) const { return counts_[static_cast<std::size_t>(refusal)]; }
  std::uint64_t headersIgnored() const { return headersIgnored_; }
  std::uint64_t alarms() const { return alarms_; }

 private:
  struct Place {
    IpAddress address;
    ocpp::Steady at{};
    std::optional<std::list<std::string>::iterator> stranger{};  ///< In strangers_.
  };
  using Places = std::unordered_map<std::string, Place>;
  /// What is wrong with a request, and what follows when that is counted.
  struct Objection {
    Refusal why;
    int retryAfter = 0;
    std::string user{};    ///< Held against this name as well, where it is not "".
    bool guessed = false;  ///< A wrong password for a user that exists.
  };

  bool wellKnown(const std::string& identity, const IpAddress& address) const;
  void leave(const IpAddress& address);
  Places::iterator forget(Places::iterator place);
  void remember(const std::string& identity, Place& place, bool stranger);
  void readPath(const HttpRequest& request, Arrival& arrival) const;
  bool takeSecret(const std::string& text, Arrival& arrival) const;
  std::optional<Objection> look(const HttpRequest& request, Arrival& arrival, ocpp::Steady now) const;
  std::optional<Objection> look(const Arrival& arrival, const std::string& identity, ocpp::Steady now) const;
  Refused count(const Objection& objection, const IpAddress& address, ocpp::Steady now);
  const Rule* ruleOfUser(const std::string& user) const;
  std::optional<bool> isPassword(const Rule* rule, const BasicCredentials& shown) const;
  std::optional<Objection> readPassword(const std::string& header, Arrival& arrival, ocpp::Steady now) const;
  std::optional<Refusal> judge(const Rule& rule, const std::string& identity, const Arrival& arrival) const;
  std::optional<Refusal> judgeStranger(const std::string& identity, const Arrival& arrival) const;
  static std::vector<const Owners*> ownersOf(const Arrival& arrival);
  std::optional<Refusal> judgeAny(const Arrival& arrival) const;

  AccessOptions options_;
  bool autoRegister_;
  Rule anyStranger_;  ///< Of who has no rule of his own.
  SecretDigest digest_;
  Rules rules_;
  std::unordered_map<std::string, const Rule*> byUser_;
  Index bySecret_, byCertificate_;
  IpRanges open_;              ///< Where chargers without credentials come from ...
  bool openAnywhere_ = false;  ///< ... if not from anywhere.
  IpRanges reached_;           ///< Where anybody may come from ...
  bool reachedAnywhere_ = false;
  std::string dummyHash_;  ///< Of nobody, as costly as a charger's; "" = there are no hashes.
  FailureLimit failures_;
  FailureLimit guesses_;  ///< Wrong passwords for known users, per address: as many a day as failures_ would let pass.
  PasswordMemory hashed_;
  PasswordMemory nobodys_;            ///< By user: what was hashed for users that do not exist.
  Places places_;                     ///< Where each identity was heard last.
  std::list<std::string> strangers_;  ///< Of places_, longest unheard first.
  std::unordered_map<IpAddress, std::size_t, IpAddressHash> heardFrom_;  ///< How many identities are in places_ there.
  std::array<std::uint64_t, refusals> counts_{};
  std::uint64_t headersIgnored_ = 0, alarms_ = 0;
};

}  // namespace bridge
