// SPDX-License-Identifier: GPL-2.0-or-later
// The table of targets, and the words that their dictionaries are made of.
#include "tests/fuzz/targets.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "ocpp/literals.h"
#include "ocpp/messages.h"
#include "ocpp_s/dialect.h"

namespace fuzz {

namespace {

/// Collects the names and words that describe() and the literal tables know.
class Vocabulary {
 public:
  template <class Payload, std::size_t... I>
  void addAll(std::index_sequence<I...>) {
    (addMessage<std::variant_alternative_t<I, typename Payload::Alternatives>>(), ...);
  }
  std::set<std::string> words;

 private:
  template <class M>
  void addMessage() {
    M message;
    add(message);
  }
  template <class T>
  void add(T& value) {
    if constexpr (ocpp::IsOptional<T>::value) {
      add(value.emplace());
    } else if constexpr (ocpp::IsList<T>::value) {
      add(value.emplace_back());
    } else if constexpr (ocpp::IsDescribed<T>::value) {
      T::describe(value, [this](const auto& field, auto& member) {
        words.insert(std::string(field.name));
        if (!field.older.empty()) words.insert(std::string(field.older));
        add(member);
      });
    } else if constexpr (std::is_enum_v<T>) {
      for (const auto& row : ocpp::Literals<T>::rows) words.insert(std::string(ocpp::word(row.value)));
    }
  }
};

Seeds vocabulary() {
  Vocabulary all;
  constexpr auto actions = std::make_index_sequence<ocpp::actionCount>();
  all.addAll<ocpp::Request>(actions);
  all.addAll<ocpp::Response>(actions);
  return {all.words.begin(), all.words.end()};
}

Seeds optionWords() {
  return {"listen=",
          "central-url=",
          "--config=",
          "--",
          "=",
          "true",
          "callback-policy=",
          "peer-checked",
          "start-offline=",
          "[::1]:0",
          "max-body=",
          "4294967296",
          "-1",
          "\\n",
          "#",
          "[x]"};
}

Seeds chargersWords() {
  Seeds words = jsonWords();
  for (const char* word : {"\"callback\":", "\"centralUrl\":", "\"centralIdentity\":", "\"password\":",
                           "\"passwordFile\":", "\"timezone\":", "\"connectors\":", "http://", "wss://", "[::1]", "//",
                           "/*", "*/", "Europe/Amsterdam", "UTC", "../"})
    words.emplace_back(word);
  return words;
}

}  // namespace

Seeds noWords() { return {}; }

Seeds diceSeeds() {
  Seeds seeds;
  std::mt19937 engine(99);
  for (int i = 0; i < 24; ++i) {
    std::string seed(static_cast<std::size_t>(40 << (i % 6)), '\0');
    for (char& each : seed) each = static_cast<char>(engine());
    seeds.push_back(seed);
  }
  return seeds;
}

Seeds jsonWords() {
  Seeds words = {"null",
                 "true",
                 "false",
                 "\"\"",
                 "[]",
                 "{}",
                 "[2,\"x\",\"",
                 "[3,\"x\",",
                 "[4,\"x\",\"",
                 "\\u0000",
                 "\\ud800",
                 "\\udc00",
                 "\\\"",
                 "-0",
                 "1e999",
                 "0.1",
                 "9223372036854775808",
                 "-2147483649",
                 "2147483648",
                 "\"2024-05-01T08:00:00Z\"",
                 "24:00:00",
                 "+14:00",
                 "\xef\xbb\xbf",
                 "\xc0\x80",
                 "\xed\xa0\x80"};
  for (std::string& word : vocabulary()) words.push_back("\"" + word + "\"");
  for (const auto action : ocpp::Actions::names) words.push_back("\"" + std::string(action) + "\"");
  return words;
}

Seeds soapWords() {
  Seeds words = {"<![CDATA[",
                 "]]>",
                 "<!--",
                 "-->",
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                 "<!DOCTYPE",
                 "&amp;",
                 "&lt;",
                 "&#0;",
                 "&#x10FFFF;",
                 "&#xD800;",
                 "&x;",
                 " xsi:nil=\"true\"",
                 " xsi:type=\"",
                 " xmlns=\"\"",
                 " xmlns:a=\"",
                 " mustUnderstand=\"true\"",
                 " id=\"a\"",
                 " href=\"#a\"",
                 " SOAP-ENV:encodingStyle=\"",
                 "<xop:Include",
                 "soap:Envelope",
                 "Header>",
                 "Body>",
                 "Fault>",
                 "chargeBoxIdentity>",
                 "MessageID>",
                 "RelatesTo>",
                 "From>",
                 "Address>",
                 "ReplyTo>",
                 "FaultTo>",
                 "Action>",
                 "To>",
                 "Code>",
                 "Subcode>",
                 "Reason>",
                 "Text>",
                 "Value>",
                 "faultcode>",
                 "faultstring>",
                 "anonymous",
                 "2147483648",
                 "-1",
                 "1e5",
                 "NaN",
                 "2024-05-01T08:00:00.000+02:00",
                 "24:00:00",
                 "\xef\xbb\xbf",
                 "\xc0\x80",
                 "dataTransfertRequest",
                 "getLocalListRequest"};
  for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16}) {
    const auto& dialect = ocpp_s::dialectFor(version);
    words.emplace_back(dialect.centralSystem);
    words.emplace_back(dialect.chargePoint);
  }
  for (const auto ns :
       {ocpp_s::soap11Namespace, ocpp_s::soap12Namespace, ocpp_s::addressingRow(ocpp_s::Addressing::Wsa2005).ns,
        ocpp_s::addressingRow(ocpp_s::Addressing::Wsa200408).ns})
    words.emplace_back(ns);
  for (std::string& word : vocabulary()) words.push_back(std::move(word));
  for (std::size_t action = 0; action < ocpp::actionCount; ++action)
    for (const auto half : {ocpp::Half::Request, ocpp::Half::Response})
      words.push_back(ocpp_s::wrapperName(action, half));
  return words;
}

Seeds httpWords() {
  return {"\r\n",
          "\r\n\r\n",
          "\n\n",
          "POST / HTTP/1.1\r\n",
          "GET / HTTP/1.0\r\n",
          "HEAD ",
          "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n",
          "Content-Length: ",
          "Content-Length: 0\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Connection: close\r\n",
          "Connection: keep-alive\r\n",
          "Expect: 100-continue\r\n",
          "Host: a\r\n",
          "0\r\n\r\n",
          "1\r\nx\r\n",
          "ffffffffffffffff\r\n",
          ";a=\"b\"",
          "+1",
          " ",
          "\t",
          "18446744073709551616",
          "Upgrade: h2c\r\n",
          "Content-Encoding: gzip\r\n"};
}

std::size_t Input::choose(std::size_t most) {
  if (rest_.empty()) return 0;
  const auto byte = static_cast<unsigned char>(rest_.front() - '0');
  rest_.remove_prefix(1);
  return byte % (most + 1);
}

std::string_view Input::part() {
  const std::size_t end = rest_.find('\0');
  const std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  return found;
}

void fail(std::string_view what, std::string_view text) {
  std::cerr << "invariant broken: " << what << std::endl;
  if (!text.empty()) std::cerr << "text: " << text << std::endl;
  std::abort();
}

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"soap-request", "a request that is read can be written, is then read strictly, and is written the same again",
       runSoapRequest, soapRequestSeeds, soapWords, 8192, 3000},
      {"soap-reply", "the same for replies; what is no reply is a failure", runSoapReply, soapReplySeeds, soapWords,
       8192, 3000},
      {"recover", "a repaired envelope passes the guard and needs no second repair", runRecover, recoverSeeds,
       soapWords, 8192, 3000},
      {"frame", "strict and lenient reading agree; what is read is written legally and the same again", runFrame,
       frameSeeds, jsonWords, 4096, 6000},
      {"record-text", "what the database gives back is read, or refused by name; writing it again changes nothing",
       runRecordText, recordTextSeeds, jsonWords, 4096, 6000},
      {"chargers-file", "a mistake is named with its file; what is accepted can be used", runChargersFile,
       chargersFileSeeds, chargersWords, 4096, 6000},
      {"options", "a mistake is named; limits hold", runOptions, optionsSeeds, optionWords, 2048, 1500},
      {"http-server", "requests and answers do not depend on how the bytes are cut; limits hold; one length per body",
       runHttpServer, httpServerSeeds, httpWords, 4096, 6000},
      {"http-client", "an answer does not depend on how the bytes are cut; limits hold", runHttpClient, httpClientSeeds,
       httpWords, 4096, 6000},
      {"inflate", "a compressed body is one text however it is cut, and never above the limit", runInflate,
       inflateSeeds, noWords, 4096, 3000},
      {"callback", "no forbidden address is ever called; under the peer policies only the sender's own", runCallback,
       callbackSeeds, addressWords, 512, 6000},
      {"address", "addresses, ranges, URLs and pins mean the same when written; we see all that the resolver sees",
       runAddress, addressSeeds, addressWords, 512, 6000},
      {"access", "nobody is heard as a charger without its password, secret, address or certificate", runAccess,
       accessSeeds, accessWords, 1024, 4000},
      {"to-central", "what the back-end gets for any envelope is legal, and the charger gets one legal answer",
       runToCentral, toCentralSeeds, soapWords, 8192, 2100},
      {"to-charger", "what the charger gets for any CALL is legal, and the back-end gets one legal answer",
       runToCharger, toChargerSeeds, jsonWords, 8192, 2100},
      {"session",
       "one CALL per direction, everyone is answered once, nothing accepted is lost, all that leaves is legal",
       runSession, diceSeeds, noWords, 2048, 300},
      {"station",
       "one request at a time, transactions billed whole and in order, no energy but for who may, nothing lost by cuts",
       runStation, diceSeeds, noWords, 1024, 300},
  };
  return all;
}

}  // namespace fuzz
