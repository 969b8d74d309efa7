// SPDX-License-Identifier: GPL-2.0-or-later
// The contract test can fail: wrong messages, wrong tables and WSDLs that it does not understand are each reported.
#include <algorithm>
#include <optional>
#include <pugixml.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/messages.h"
#include "tests/contract/compare.h"
#include "tests/contract/facts.h"
#include "tests/contract/wsdl_facts.h"
#include "tests/support/test.h"

namespace {

/// 1.6 knows three.
enum class PoorStatus { Accepted, Rejected };
/// Two values with one word.
enum class DoubleStatus { Accepted, Pending, Rejected, Refused };

}  // namespace

template <>
struct ocpp::Literals<PoorStatus> {
  static constexpr LiteralRow<PoorStatus> rows[] = {all(PoorStatus::Accepted, "Accepted"),
                                                    all(PoorStatus::Rejected, "Rejected")};
};
template <>
struct ocpp::Literals<DoubleStatus> {
  static constexpr LiteralRow<DoubleStatus> rows[] = {
      all(DoubleStatus::Accepted, "Accepted"), all(DoubleStatus::Pending, "Pending"),
      all(DoubleStatus::Rejected, "Rejected"), all(DoubleStatus::Refused, "Rejected")};
};

namespace {

using contract::Known;
using contract::What;
using ocpp::Encoding;
using ocpp::Version;
using Lines = std::vector<std::string>;

/// BootNotification.Response of 1.6 with a status and an interval of our choice.
template <class Status, class Interval>
struct Boot {
  Status status{};
  ocpp::DateTime currentTime;
  Interval interval{};

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(status);
    FIELD(currentTime);
    FIELD_OR(interval, heartbeatInterval);
  }
};

struct Misspelt {
  ocpp::RegistrationStatus status{};
  ocpp::DateTime curentTime;
  int interval = 0;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(status);
    FIELD(curentTime);
    FIELD_OR(interval, heartbeatIntervall);
  }
};

struct Swapped : Boot<ocpp::RegistrationStatus, int> {
  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(currentTime);
    FIELD(status);
    FIELD_OR(interval, heartbeatInterval);
  }
};

struct WrongInfo {
  ocpp::AuthorizationStatus status{};
  std::optional<ocpp::DateTime> expiryDate;
  std::optional<ocpp::Text<36>> parentIdTag;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(status);
    FIELD(expiryDate);
    FIELD(parentIdTag);
  }
};
struct WrongLimit {
  ocpp::TransactionId transactionId;
  WrongInfo idTagInfo;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(transactionId);
    FIELD(idTagInfo);
  }
};

const contract::Node& response(Version version, std::string_view action) {
  for (const auto& service : contract::services())
    for (const auto& operation : service.operations)
      if (service.version == version && operation.name == action) return operation.response;
  throw std::runtime_error("no such operation");
}

std::vector<contract::Difference> differences(const contract::Node& described, Version version,
                                              const std::string& action) {
  contract::Comparison comparison(ocpp::soapEncoding(version));
  comparison.compare(action, described, response(version, action));
  return comparison.differences();
}

/// What the comparison of M with the response of that action says.
template <class M>
Lines compared(Version version, const std::string& action) {
  Lines lines;
  for (const auto& difference : differences(contract::described<M>(ocpp::soapEncoding(version)), version, action))
    lines.push_back(difference.text());
  return lines;
}

void assertLines(const Lines& expected, const Lines& found) {
  std::string all;
  for (const std::string& line : found) all += "\n" + line;
  CPPUNIT_ASSERT_MESSAGE("found:" + all, expected == found);
}

template <std::size_t N>
Lines judged(const Known (&rows)[N], Version version, const std::vector<contract::Difference>& found) {
  contract::Judge judge(rows);
  judge.judge(version, found);
  return judge.complaints();
}

/// A WSDL with one operation whose response has the type definition `type`.
std::string wsdl(const std::string& type) {
  return R"(<d:definitions targetNamespace="urn:t" xmlns:t="urn:t" xmlns:d="http://schemas.xmlsoap.org/wsdl/"
      xmlns:s="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns="http://www.w3.org/2001/XMLSchema">
    <d:types><schema targetNamespace="urn:t" elementFormDefault="qualified">
      <element name="in" type="string"/><element name="out" type="t:Out"/>)" +
         type + R"(</schema></d:types>
    <d:message name="In"><d:part name="p" element="t:in"/></d:message>
    <d:message name="Out"><d:part name="p" element="t:out"/></d:message>
    <d:portType name="P"><d:operation name="Op"><d:input message="t:In"/><d:output message="t:Out"/></d:operation>
    </d:portType>
    <d:binding name="B" type="t:P"><d:operation name="Op"><s:operation soapAction="/Op"/><d:input/><d:output/>
    </d:operation></d:binding></d:definitions>)";
}

contract::Node readOut(const std::string& type) {
  pugi::xml_document document;
  CPPUNIT_ASSERT(document.load_string(wsdl(type).c_str()));
  return contract::WsdlReader(document).operations().at(0).response;
}

using Good = Boot<ocpp::RegistrationStatus, int>;

}  // namespace

TEST(CompareEqual, "A right message has no differences") {
  assertLines({}, compared<Good>(Version::V16, "BootNotification"));
  assertLines({}, compared<Good>(Version::V15, "BootNotification"));
}

TEST(CompareMisspelt, "A misspelt FIELD is absent in the contract, and the contract's element is undescribed") {
  assertLines({"BootNotification/curentTime: absent: described 'dateTime', contract ''",
               "BootNotification/currentTime: undescribed: described '', contract 'dateTime'"},
              compared<Misspelt>(Version::V16, "BootNotification"));
  const Lines older = compared<Misspelt>(Version::V15, "BootNotification");
  CPPUNIT_ASSERT(std::count(older.begin(), older.end(),
                            "BootNotification/heartbeatInterval: undescribed: described '', contract 'int'") == 1);
  CPPUNIT_ASSERT(
      std::count(older.begin(), older.end(), "BootNotification/interval: absent: described 'int', contract ''") == 1);
}

TEST(CompareOrder, "A swapped order is reported once, with the path of the object") {
  assertLines({"BootNotification: order: described 'currentTime status interval ', contract 'status currentTime "
               "interval '"},
              compared<Swapped>(Version::V16, "BootNotification"));
}

TEST(CompareLimit, "A wrong limit is reported with the path through nested objects") {
  assertLines({"StartTransaction/idTagInfo/parentIdTag: limit: described '36', contract '20'"},
              compared<WrongLimit>(Version::V16, "StartTransaction"));
}

TEST(CompareLiterals, "A missing, a surplus and a double literal are reported, and a word that cannot be read") {
  assertLines({"BootNotification/status: literals: described '', contract 'Pending'",
               "BootNotification/status: unreadable: described '', contract 'Pending'"},
              compared<Boot<PoorStatus, int>>(Version::V16, "BootNotification"));
  assertLines({"BootNotification/status: literals: described 'Rejected', contract ''"},
              compared<Boot<DoubleStatus, int>>(Version::V16, "BootNotification"));
  Lines surplus;
  for (const auto& difference :
       differences(contract::described<Good>(Encoding::Soap16), Version::V15, "BootNotification"))
    surplus.push_back(difference.text());
  assertLines({"BootNotification/status: literals: described 'Pending', contract ''"}, surplus);
}

TEST(CompareKind, "A wrong kind and a wrong cardinality are reported") {
  assertLines({"BootNotification/interval: kind: described 'decimal.1', contract 'int'"},
              compared<Boot<ocpp::RegistrationStatus, ocpp::Decimal>>(Version::V16, "BootNotification"));
  assertLines({"BootNotification/interval: cardinality: described '0..1', contract '1..1'"},
              compared<Boot<ocpp::RegistrationStatus, std::optional<int>>>(Version::V16, "BootNotification"));
  assertLines({"BootNotification/interval: cardinality: described '0..*', contract '1..1'"},
              compared<Boot<ocpp::RegistrationStatus, std::vector<int>>>(Version::V16, "BootNotification"));
}

TEST(CompareKnown, "A known row explains its difference only: another version, value or kind is a complaint") {
  const std::vector<contract::Difference> found = {{"A.Request/b", What::Limit, "20", "none"}};
  static constexpr Known exact[] = {{Version::V12, "A.Request/b", What::Limit, "20", "none", ""}};
  static constexpr Known wild[] = {{Version::V12, "*/b", What::Limit, "*", "none", ""}};
  assertLines({}, judged(exact, Version::V12, found));
  assertLines({}, judged(wild, Version::V12, found));
  const auto complaintsAbout = [&](Version version, contract::Difference difference) {
    return judged(wild, version, {found.front(), difference}).size();
  };
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, judged(exact, Version::V15, found).size());  // unexplained, and unused row
  CPPUNIT_ASSERT_EQUAL(std::size_t{2},
                       judged(exact, Version::V12, {{"A.Request/b", What::Limit, "21", "none"}}).size());
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, complaintsAbout(Version::V12, {"C.Request/b", What::Limit, "9", "none"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, complaintsAbout(Version::V12, {"C.Request/b", What::Limit, "9", "8"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, complaintsAbout(Version::V12, {"C.Request/b", What::Kind, "9", "none"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, complaintsAbout(Version::V12, {"C.Request/c", What::Limit, "9", "none"}));
}

TEST(CompareStale, "A row without a difference is reported as out of date") {
  static constexpr Known rows[] = {{Version::V12, "A.Request/b", What::Absent, "int", "", "since 1.5"}};
  assertLines({"OCPP 1.2 A.Request/b: absent: this row is out of date, there is no such difference"},
              judged(rows, Version::V12, {}));
}

TEST(WsdlReaderFacts, "The reader sees order, cardinality, limits, fraction digits and attributes") {
  const auto out = readOut(R"(<complexType name="Out"><sequence>
      <element name="a" type="t:Ten" minOccurs="0" maxOccurs="unbounded"/><element name="b" type="t:One"/>
      <element name="c"><complexType><simpleContent><extension base="string"><attribute name="d" type="t:Word"/>
      </extension></simpleContent></complexType></element></sequence></complexType>
    <simpleType name="Ten"><restriction base="string"><maxLength value="10"/></restriction></simpleType>
    <simpleType name="One"><restriction base="decimal"><fractionDigits value="1"/></restriction></simpleType>
    <simpleType name="Word"><restriction base="string"><enumeration value="x"/></restriction></simpleType>)");
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, out.children.size());
  const auto &a = out.children[0], &b = out.children[1], &c = out.children[2];
  CPPUNIT_ASSERT(a.name == "a" && a.kind == "text" && a.cardinality() == "0..*" && a.limit == 10);
  CPPUNIT_ASSERT(b.name == "b" && b.kind == "decimal.1" && b.cardinality() == "1..1");
  CPPUNIT_ASSERT(c.kind == "text" && c.children.size() == 1 && c.children[0].kind == "enumeration");
  CPPUNIT_ASSERT(c.children[0].cardinality() == "0..1" && c.children[0].literals.count("x") == 1);
}

TEST(WsdlReaderStrict, "The reader refuses what it does not understand instead of passing it over") {
  const std::string open = "<complexType name=\"Out\">", close = "</complexType>";
  for (const std::string& type :
       Lines{open + "<choice><element name=\"a\" type=\"int\"/></choice>" + close,
             open + "<sequence><any/></sequence>" + close,
             open + "<sequence maxOccurs=\"2\"><element name=\"a\" type=\"int\"/></sequence>" + close,
             open + "<sequence><element name=\"a\" type=\"int\" nillable=\"true\"/></sequence>" + close,
             open + "<sequence><element name=\"a\" type=\"float\"/></sequence>" + close,
             open + "<sequence><element name=\"a\" type=\"t:Nowhere\"/></sequence>" + close,
             open + "<sequence><element name=\"a\"/></sequence>" + close,
             std::string("<simpleType name=\"Out\"><restriction base=\"string\"><pattern value=\"x\"/></restriction>"
                         "</simpleType>"),
             std::string()})
    CPPUNIT_ASSERT_THROW_MESSAGE(type, readOut(type), std::runtime_error);
}
