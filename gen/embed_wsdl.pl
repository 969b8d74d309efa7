#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts the service contracts into the program, for GET ?wsdl: one array of texts in the order of the arguments.
use strict;
use warnings;

print "#include \"bridge/wsdl_texts.h\"\n\nnamespace bridge {\n\nconst std::string_view wsdlTexts[6] = {\n";
for my $path (@ARGV) {
  open my $in, '<', $path or die "embed_wsdl.pl: $path: $!\n";
  local $/;
  my $text = <$in>;
  # A raw string may be at most 64 KiB for some compilers: split it, the parts are joined again.
  print "    ", join("\n    ", map { "R\"wsdl~($_)wsdl~\"" } $text =~ /(.{1,8000})/gs), ",\n";
}
print "};\n\n}  // namespace bridge\n";
