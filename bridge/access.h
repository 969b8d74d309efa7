// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that decides whether somebody may speak, and as whom: before the XML is read as far as that goes, then for
// the identity that the XML names (AU-1, AU-5 to AU-9).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/chargers_file.h"
#include "bridge/cidr.h"
#include "bridge/http_message.h"
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
    std::string certificate;       ///< The name that is needed; "" = none.
    bool open() const { return !needsPassword && secret.empty() && certificate.empty(); }
  };

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

  /// Takes over the rules of a chargers file. Throws BadConfiguration, and then the former rules stay.
  void configure(const ChargersFile& chargers);

  /// The sender's address behind trusted proxies, in place of the peer's; counts headers of others (AU-7).
  /// False: somebody not trusted has named another sender.
  bool findSender(HttpRequest& request);
  /// Before the XML is read. `request` must live as long as `arrival`; its peerAddress is the sender's.
  std::optional<Refused> arrive(const HttpRequest& request, Arrival& arrival, ocpp::Instant now);
  /// The identity in the XML. "" where it has none: see identityOf().
  std::optional<Refused> admit(const Arrival& arrival, const std::string& identity, ocpp::Instant now);
  /// Whose the credentials are, where they are one charger's only; else "".
  std::string identityOf(const Arrival& arrival) const;
  /// The identity was admitted and is served. Where it was heard from a moment ago, if that was elsewhere (AU-9).
  std::optional<std::string> heard(const Arrival& arrival, const std::string& identity, ocpp::Instant now);

  /// Counts a refusal that others decided on, such as one by TLS.
  Refused refuse(Refusal why, const IpAddress& address, std::string_view name, ocpp::Instant now);
  /// The answer on the level of HTTP: 401, 403 or 429.
  HttpResponse answer(const Refused& refused) const;
  /// Who shows no password is asked for one, whatever identity he names (AU-5).
  bool challenges() const { return !byUser_.empty(); }

  std::uint64_t count(Refusal refusal) const { return counts_[static_cast<std::size_t>(refusal)]; }
  std::uint64_t headersIgnored() const { return headersIgnored_; }
  std::uint64_t alarms() const { return alarms_; }

 private:
  using Rules = std::unordered_map<std::string, Rule>;
  using Index = std::unordered_map<std::string, Owners>;
  struct Place {
    IpAddress address;
    ocpp::Instant at{};
  };
  using Places = std::unordered_map<std::string, Place>;

  bool wellKnown(const std::string& identity, const IpAddress& address) const;
  void leave(const IpAddress& address);
  Places::iterator forget(Places::iterator place);
  Refused tooOften(const IpAddress& address, int seconds, ocpp::Instant now);
  void readPath(const HttpRequest& request, Arrival& arrival) const;
  bool takeSecret(const std::string& text, Arrival& arrival) const;
  std::optional<Refused> readPassword(const std::string& header, Arrival& arrival, ocpp::Instant now);
  std::optional<Refusal> judge(const Rule& rule, const std::string& identity, const Arrival& arrival) const;
  Rule ruleOfStranger(const std::string& identity) const;
  static std::vector<const Owners*> ownersOf(const Arrival& arrival);
  std::optional<Refusal> judgeAny(const Arrival& arrival) const;

  AccessOptions options_;
  bool autoRegister_;
  SecretDigest digest_;
  Rules rules_;
  std::unordered_map<std::string, const Rule*> byUser_;
  Index bySecret_, byCertificate_;
  IpRanges open_;              ///< Where chargers without credentials come from ...
  bool openAnywhere_ = false;  ///< ... if not from anywhere.
  FailureLimit failures_;
  Places places_;                                                        ///< Where each identity was heard last.
  std::unordered_map<IpAddress, std::size_t, IpAddressHash> heardFrom_;  ///< How many identities are in places_ there.
  std::array<std::uint64_t, refusals> counts_{};
  std::uint64_t headersIgnored_ = 0, alarms_ = 0;
};

}  // namespace bridge
