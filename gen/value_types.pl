#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Turns the data types that wsdl2h wrote into plain value types whose every simple value is optional text.
#
# Enumerations and limited strings become std::string, every member becomes optional, pointers become values, and the
# classes are put into an order in which each stands after those it contains. So the codec sees exactly which element was
# there and what it said; what is required, allowed or too long is decided by src/ocpp and proved by the contract test.
use strict;
use warnings;

local $/;
my $text = <STDIN>;
$text =~ s{^ \* Services  *\*$.*}{}ms;         # operations: not needed for types only
$text =~ s{/\*.*?(?:\*/|\z)}{}gs;              # the publisher's prose
$text =~ s{^[ \t]*///.*\n}{}gm;
$text =~ s{[ \t]*///<.*$}{}gm;

my (%simple, %class, @order, @head);
$simple{$1} = 1 while $text =~ /^typedef\s+std::string\s+(\w+)/gm;
$simple{$1} = 1 while $text =~ /^enum\s+class\s+(\w+)/gm;
@head = $text =~ /^(\/\/gsoap\s+(?:cs|cp)\d+\s.*)$/gm;

while ($text =~ /^class (\w+)\n(\{ public:\n.*?^\};)/gms) {
  my ($name, $body) = ($1, $2);
  $body =~ s/\b(\w+)\b/$simple{$1} ? 'std::string' : $1/ge;
  $body =~ s/std::vector<\s*(\w+)\s*\*\s*>/std::vector<$1>/g;
  $body =~ s/^(\s*)(\w+)\s*\*\s*(\w+)\s+[01];/$1std::optional<$2> $3 0;/gm;
  $body =~ s/^(\s*)std::string\s+(?!__item)(\w+)\s+1;/$1std::optional<std::string> $2 0;/gm;
  $body =~ s/(>\s+\w+\s+)1;/${1}0;/g;
  $body =~ s/[ \t]{2,}/ /g;
  $class{$name} = $body;
  push @order, $name;
}
die "value_types.pl: no classes found in the output of wsdl2h\n" unless @order;

my %done;
sub emit {
  my ($name) = @_;
  return if $done{$name}++;
  my $body = $class{$name};
  for my $used ($body =~ /std::(?:vector|optional)<(\w+)>/g) { emit($used) if $class{$used}; }
  print "class $name\n$body\n";
}

print "#include <vector>\ntemplate <class T> class std::vector;\nvolatile template <class T> class std::optional;\n";
print "$_\n" for @head;
print "class $_;\n" for @order;
emit($_) for @order;
