// SPDX-License-Identifier: GPL-2.0-or-later
// Who may speak: who, from where, with what, and what becomes of it.
#include <algorithm>

#include "tests/unit/bridge/access_fixture.h"

using namespace test;

namespace {

const Case cases[] = {
    // An identity of the list is enough where nothing else is demanded.
    {mixed, "OPEN", "203.0.113.5", "/ocpp", "", {}, "ok"},
    {mixed, "OPEN", "2001:db8::1", "/ocpp/anything/here", "", {}, "ok"},
    {mixed, "WHO", "203.0.113.5", "/ocpp", "", {}, "after unknown-identity"},
    {nobody, "WHO", "203.0.113.5", "/ocpp", "", {}, "after unknown-identity"},
    {everybody, "WHO", "203.0.113.5", "/ocpp", "", {}, "ok"},
    // Addresses.
    {mixed, "NEAR", "10.1.2.3", "/ocpp", "", {}, "ok"},
    {mixed, "NEAR", "2001:db8::77", "/ocpp", "", {}, "ok"},
    {mixed, "NEAR", "192.0.2.1", "/ocpp", "", {}, "after address"},
    {near, "CP1", "10.0.0.1", "/ocpp", "", {}, "ok"},
    {near, "CP1", "192.0.2.2", "/ocpp", "", {}, "after address"},
    {near, "CP2", "192.0.2.2", "/ocpp", "", {}, "ok"},
    {near, "CP2", "10.0.0.1", "/ocpp", "", {}, "after address"},
    {near, "CP1", "203.0.113.5", "/ocpp", "", {}, "before address"},
    {near, "CP1", "nonsense", "/ocpp", "", {}, "before address"},
    // Basic.
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "BASIC:pass:word", {}, "ok"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "BASIC:pass:wor", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "BASIC:", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "basic:pass:word", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "NOBODY:pass:word", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Bearer QkFTSUM6cGFzczp3b3Jk", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Basic QkFTSUM6cGFzczp3b3Jk", {}, "ok"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!basic  QkFTSUM6cGFzczp3b3Jk ", {}, "ok"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Basic ====", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Basic QkFTSUM", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Basic QkFT*UM6", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "!Basic", {}, "before password"},
    {mixed, "BASIC", "203.0.113.5", "/ocpp", "", {}, "after password-missing"},
    {mixed, "00:13:F6", "203.0.113.5", "/ocpp", "mac:p2", {}, "ok"},
    {mixed, "", "203.0.113.5", "/ocpp", "mac:p2", {}, "ok"},
    {basicOnly, "CP1", "203.0.113.5", "/ocpp", "", {}, "before password-missing"},
    {basicOnly, "WHO", "203.0.113.5", "/ocpp", "", {}, "before password-missing"},
    {basicOnly, "CP2", "10.0.0.2", "/ocpp", "CP2:p2", {}, "ok"},
    {basicOnly, "CP2", "10.0.0.3", "/ocpp", "CP2:p2", {}, "before address"},
    {near, "CP1", "10.0.0.1", "/ocpp", "left:over", {}, "ok"},  // nobody has a password: not looked at
    // Another's credentials.
    {basicOnly, "CP1", "10.0.0.2", "/ocpp", "CP2:p2", {}, "after identity-mismatch"},
    {basicOnly, "WHO", "10.0.0.2", "/ocpp", "CP2:p2", {}, "after identity-mismatch"},
    {mixed, "OPEN", "10.0.0.2", "/ocpp", "BASIC:pass:word", {}, "after identity-mismatch"},
    {everybody, "NEW", "10.0.0.2", "/ocpp", "CP1:p1", {}, "after identity-mismatch"},
    {secretOnly, "CP1", "10.0.0.2", "/ocpp/secret-of-charger-2", "", {}, "after identity-mismatch"},
    {mixed, "OPEN", "10.0.0.2", "/ocpp", "", {"CERT"}, "after identity-mismatch"},
    {mixed, "CERT", "10.0.0.2", "/ocpp", "", {"site-7"}, "after identity-mismatch"},
    {mixed, "ALL", "10.0.0.9", "/ocpp/secret-of-the-charger", "ALL:p3", {"ALL"}, "before identity-mismatch"},
    // A secret in the URL.
    {mixed, "SECRET", "203.0.113.5", "/ocpp/secret-of-the-charger", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "/ocpp/SECRET/secret-of-the-charger/", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "/OCPP/secret-of-the-charger/v15", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "/ocpp/secret%2Dof-the-charger", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "/ocpp?x=1&token=secret-of-the-charger", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "http://bridge/ocpp/secret-of-the-charger?a", "", {}, "ok"},
    {mixed, "SECRET", "203.0.113.5", "/ocpp?xtoken=secret-of-the-charger", "", {}, "after url-secret"},
    {secretOnly, "CP1", "203.0.113.5", "/ocpp/secret-of-charger-1", "", {}, "ok"},
    {secretOnly, "", "203.0.113.5", "/ocpp/secret-of-charger-1", "", {}, "ok"},
    {secretOnly, "CP1", "203.0.113.5", "/ocpp/secret-of-charger-", "", {}, "before url-secret"},
    {secretOnly, "CP1", "203.0.113.5", "/ocpp/Secret-of-charger-1", "", {}, "before url-secret"},
    {secretOnly, "CP1", "203.0.113.5", "/ocpp", "", {}, "before url-secret"},
    {secretOnly, "CP1", "203.0.113.5", "/ocpp/CP1?token=", "", {}, "before url-secret"},
    {sharedSecret, "CP2", "203.0.113.5", "/ocpp/secret-of-the-fleet", "", {}, "ok"},
    {sharedSecret, "CP3", "203.0.113.5", "/ocpp/secret-of-the-fleet", "", {}, "after identity-mismatch"},
    // A client certificate.
    {mixed, "CERT", "203.0.113.5", "/ocpp", "", {"maker", "CERT"}, "ok"},
    {mixed, "", "203.0.113.5", "/ocpp", "", {"CERT"}, "ok"},
    {mixed, "SITE", "203.0.113.5", "/ocpp", "", {"site-7"}, "ok"},
    {mixed, "NAMED", "203.0.113.5", "/ocpp", "", {"site-7"}, "ok"},
    {mixed, "NAMED", "203.0.113.5", "/ocpp", "", {"NAMED"}, "after certificate"},
    {mixed, "OPEN", "203.0.113.5", "/ocpp", "", {"somebody"}, "ok"},
    {certificateOnly, "CP1", "203.0.113.5", "/ocpp", "", {"CP1"}, "ok"},
    {certificateOnly, "CP1", "203.0.113.5", "/ocpp", "", {"cp1"}, "before certificate"},
    {certificateOnly, "CP1", "203.0.113.5", "/ocpp", "", {}, "before certificate"},
    {certificateOnly, "CP1", "10.0.0.2", "/ocpp", "", {}, "after certificate"},
    {certificateOnly, "CP2", "10.0.0.2", "/ocpp", "", {}, "ok"},
    {certified, "NEW", "10.0.0.1", "/ocpp", "", {"NEW"}, "ok"},
    {certified, "OTHER", "10.0.0.1", "/ocpp", "", {"NEW"}, "after certificate"},
    {certified, "NEW", "10.0.0.1", "/ocpp", "", {}, "before certificate"},
    {certified, "NEW", "192.0.2.1", "/ocpp", "", {"NEW"}, "before address"},
    {certified, "", "10.0.0.1", "/ocpp", "", {"NEW", "urn:x"}, "ok"},
    // All of it together.
    {mixed, "ALL", "10.0.0.9", "/ocpp/secret-number-three", "ALL:p3", {"ALL"}, "ok"},
    {mixed, "ALL", "10.0.0.8", "/ocpp/secret-number-three", "ALL:p3", {"ALL"}, "before address"},
    {mixed, "ALL", "10.0.0.9", "/ocpp", "ALL:p3", {"ALL"}, "before url-secret"},
    {mixed, "ALL", "10.0.0.9", "/ocpp/secret-number-three", "", {"ALL"}, "before password-missing"},
    {mixed, "ALL", "10.0.0.9", "/ocpp/secret-number-three", "ALL:p3", {}, "before certificate"},
    {mixed, "ALL", "10.0.0.9", "/ocpp/secret-number-three", "ALL:p4", {"ALL"}, "before password"},
};
}  // namespace

TEST(accessTable, "AU-1, AU-5, AU-6: who, from where, with what, and whether it is heard") {
  CPPUNIT_ASSERT(std::size(cases) >= 40);
  for (const Case& each : cases) {
    const auto access = accessOf(each.fleet);
    const std::string what = std::string(each.identity) + " from " + each.from + " to " + each.target + " as '" +
                             each.credentials + "'" + (each.certificate.empty() ? "" : " " + each.certificate.back());
    const Asked asked = ask(*access, each);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string(each.answer), asked.outcome);
    if (asked.refused) CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::uint64_t{1}, access->count(asked.refused->why));
  }
}

TEST(accessPath, "AU-6: a secret in the path is never taken for an identity, nor is what may be a mistyped one") {
  const auto named = [](const Fleet& fleet, const char* target) {
    const auto access = accessOf(fleet);
    return ask(*access, {fleet, "CP1", "10.0.0.1", target, "", {}, ""}).arrival.pathIdentity;
  };
  CPPUNIT_ASSERT_EQUAL(std::string("CP 9"), named(near, "/ocpp/x/CP%209"));
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), named(secretOnly, "/ocpp/CP1/secret-of-charger-1"));
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), named(secretOnly, "/ocpp/secret-of-charger-1/CP1/"));
  CPPUNIT_ASSERT_EQUAL(std::string(), named(secretOnly, "/ocpp/secret-of-charger-1"));
  CPPUNIT_ASSERT_EQUAL(std::string(), named(secretOnly, "/ocpp/secret-of-charger-1x"));
  CPPUNIT_ASSERT_EQUAL(std::string(), named(near, "/ocpp"));
  CPPUNIT_ASSERT_EQUAL(std::string(), named(near, "/ocpp/"));
}

TEST(accessAnswers, "AU-5: the refusal is the same whether the identity exists or not, and whatever was wrong") {
  const auto answer = [](const Fleet& fleet, const char* identity, const char* from, const char* credentials) {
    const auto access = accessOf(fleet);
    const Asked asked = ask(*access, {fleet, identity, from, "/ocpp", credentials, {}, ""});
    const HttpResponse response = access->answer(*asked.refused);
    const std::string* challenge = response.headers.find("WWW-Authenticate");
    return std::to_string(response.status) + " " + (challenge ? *challenge : "-") + " " + response.body;
  };
  const std::string wrong = answer(basicOnly, "CP1", "203.0.113.5", "CP1:wrong");
  CPPUNIT_ASSERT_EQUAL(std::string("401 Basic realm=\"OCPP\", charset=\"UTF-8\" not authorized\n"), wrong);
  CPPUNIT_ASSERT_EQUAL(wrong, answer(basicOnly, "CP1", "203.0.113.5", "NOBODY:wrong"));
  CPPUNIT_ASSERT_EQUAL(wrong, answer(basicOnly, "CP2", "203.0.113.5", "CP2:p2"));  // right, but not from there
  CPPUNIT_ASSERT_EQUAL(wrong, answer(basicOnly, "CP1", "203.0.113.5", ""));
  CPPUNIT_ASSERT_EQUAL(wrong, answer(mixed, "BASIC", "203.0.113.5", ""));
  CPPUNIT_ASSERT_EQUAL(wrong, answer(mixed, "WHO", "203.0.113.5", ""));
  CPPUNIT_ASSERT_EQUAL(std::string("403 - not authorized\n"), answer(secretOnly, "CP1", "203.0.113.5", ""));
  CPPUNIT_ASSERT_EQUAL(std::string("403 - not authorized\n"), answer(secretOnly, "WHO", "203.0.113.5", ""));
}

TEST(accessMissingPassword, "AU-8: asking without password, as clients do that wait to be asked, is no failure") {
  const auto access = accessOf(basicOnly, 5);
  CPPUNIT_ASSERT_EQUAL(100, times(*access, {basicOnly, "CP1", "203.0.113.5", "/ocpp", "", {}, ""}, 100));
}

TEST(accessPlaces, "AU-9: the same identity from two addresses within a short time is an alarm, and is heard") {
  const auto access = accessOf(mixed);
  const auto from = [&](const char* address, int second) {
    const Asked asked = ask(*access, {mixed, "OPEN", address, "/ocpp", "", {}, ""}, start + seconds(second));
    CPPUNIT_ASSERT_EQUAL(std::string("ok"), asked.outcome);
    return asked.alarm.value_or("");
  };
  CPPUNIT_ASSERT_EQUAL(std::string(), from("203.0.113.5", 0));
  CPPUNIT_ASSERT_EQUAL(std::string(), from("203.0.113.5", 1));
  CPPUNIT_ASSERT_EQUAL(std::string("203.0.113.5"), from("203.0.113.6", 30));
  CPPUNIT_ASSERT_EQUAL(std::string("203.0.113.6"), from("203.0.113.5", 89));
  CPPUNIT_ASSERT_EQUAL(std::string(), from("198.51.100.1", 149));  // as long as a mobile charger takes
  CPPUNIT_ASSERT_EQUAL(std::string(), from("2001:db8::1", 400));
  CPPUNIT_ASSERT_EQUAL(std::string(), from("2001:db8::2", 401));  // the same /64
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, access->alarms());
}

TEST(accessSender, "AU-7: rules and limits see the address behind trusted proxies, and spoofed headers are counted") {
  Fleet fleet = near;
  fleet.proxies = "198.51.100.1";
  const auto access = accessOf(fleet);
  const auto sender = [&](const char* peer, const char* header) {
    HttpRequest request;
    request.peerAddress = peer;
    request.headers.add("X-Forwarded-For", header);
    const bool quiet = access->findSender(request);
    CPPUNIT_ASSERT_EQUAL(std::string(peer) == "198.51.100.1", quiet);
    return request.peerAddress;
  };
  CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), sender("198.51.100.1", "10.0.0.1"));
  CPPUNIT_ASSERT_EQUAL(std::string("203.0.113.5"), sender("203.0.113.5", "10.0.0.1"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, access->headersIgnored());
}

TEST(accessReload, "rules can be replaced; rules that cannot be are refused, and the former ones stay") {
  const auto access = accessOf(basicOnly);
  CPPUNIT_ASSERT_THROW(
      access->configure(parseChargers(
          R"({"A": {"soapUser": "u", "soapPassword": "1"}, "B": {"soapUser": "u", "soapPassword": "2"}})", "test")),
      BadConfiguration);
  const Case old{basicOnly, "CP1", "203.0.113.5", "/ocpp", "CP1:p1", {}, ""};
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, old).outcome);
  access->configure(parseChargers(R"({"CP1": {"soapPassword": "new"}})", "test"));
  CPPUNIT_ASSERT_EQUAL(std::string("before password"), ask(*access, old).outcome);
  access->configure(parseChargers(R"({"CP1": {}})", "test"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), ask(*access, old).outcome);
  CPPUNIT_ASSERT(!access->challenges());
}

TEST(accessKeys,
     "AU-5, AU-6: keys of the chargers file about access: secrets inline, from files and from the environment") {
  const auto said = [](const std::string& row) {
    try {
      parseChargers("{\"CP1\": " + row + "}", "fleet.json");
    } catch (const BadConfiguration& bad) { return std::string(bad.what()); }
    return std::string();
  };
  ::setenv("OCPP_TEST_SECRET", "sixteen-letters-", 1);
  const auto fleet = parseChargers(
      R"({"CP1": {"urlSecretEnv": "OCPP_TEST_SECRET", "soapPasswordEnv": "OCPP_TEST_SECRET"}})", "fleet.json");
  CPPUNIT_ASSERT_EQUAL(std::string("sixteen-letters-"), *fleet.at("CP1").access.urlSecret);
  CPPUNIT_ASSERT_EQUAL(std::string("sixteen-letters-"), *fleet.at("CP1").access.password);
  const std::pair<const char*, const char*> mistakes[] = {
      {R"({"urlSecret": "fifteen-letters"})", "urlSecret: must be 16"},
      {R"({"urlSecret": "with/a/slash/or/more"})", "urlSecret: must be 16"},
      {R"({"urlSecretFile": "/nonexistent/secret"})", "/nonexistent/secret"},
      {R"({"urlSecretEnv": "OCPP_TEST_NO_SUCH"})", "OCPP_TEST_NO_SUCH"},
      {R"({"soapPassword": ""})", "soapPassword: must not be empty"},
      {R"({"soapUser": "u"})", "soapUser: nothing without"},
      {R"({"soapUser": "a:b", "soapPassword": "p"})", "'a:b' cannot be a user"},
      {R"({"allowFrom": "10.0.0.1"})", "allowFrom: must be a list"},
      {R"({"allowFrom": []})", "allowFrom: must be a list"},
      {R"({"allowFrom": ["10.0.0.1/8"]})", "did you mean 10.0.0.0/8?"},
      {R"({"clientCertificate": 7})", "clientCertificate: must be text"},
      {R"({"clientCertificate": ""})", "clientCertificate: the name is missing"}};
  for (const auto& [row, words] : mistakes) {
    CPPUNIT_ASSERT_MESSAGE(row + (": " + said(row)), said(row).find(words) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(row, said(row).find("'CP1'") != std::string::npos);
  }
}
