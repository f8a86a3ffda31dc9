"""Words that the offline designer knows and cannot follow, and words that ask for nothing."""

# Recognised as wishes about jewelry, and not modelled: phrase → what the ring has instead.
UNMODELLED = {
    "the metal is left smooth": "engraved, engraving, engrave, inscription, inscribed, initial, initials, monogram, "
    "monogrammed, name, date, text, crest, coat of arm, family crest, fingerprint, letter, hand engraved, scrollwork, "
    "scroll, filigree, enamel, enameled, enamelled, carved, carving, etched, pattern, motif, relief, chased, "
    "wheat pattern, greek key, rune, wood grain, mokume, cloisonne, inlay, inlaid, fluted, ribbed, grooved, "
    "beading, scalloped, lace, openwork, pierced, cutout, cut out, lattice",
    "the metal is polished": "hammered, brushed, matte, matt, satin, sandblasted, textured, texture, rough, "
    "florentine, oxidized, oxidised, blackened, frosted, bark, rhodium, rhodium plated, plated, gold plated, vermeil, "
    "patina",
    "the shank is a plain hoop": "twisted, twist, braided, braid, woven, rope, bypass, crossover, wrap, open, "
    "open ended, adjustable, chevron, v shaped, curved, contoured, contour, wave, wavy, infinity, knot, love knot, "
    "coil, spiral, claddagh, spinner, expandable, hinged, double band, triple band, multi band, stack of, "
    "euro shank, square shank, asymmetric, asymmetrical, asymmetry, negative space, floating, gap, interlocking, "
    "interlocked, rolling ring, russian wedding",
    "no figure is modelled": "snake, serpent, dragon, lion, skull, wolf, eagle, bird, butterfly, bee, cat, dog, "
    "panther, horse, owl, fish, dolphin, turtle, flower, floral, leaf, leaves, leafy, vine, branch, twig, tree, "
    "lotus, sunflower, daisy, petal, feather, wing, angel, celtic, cross, star, moon, crescent, sun, crown, tiara, "
    "anchor, skull and crossbone, wave motif, fleur de lis, lily, evil eye, eye, hand, face of, animal, mermaid, "
    "bow, ribbon, mountain, elvish, viking, mushroom, acorn, shell, rose flower, orchid, cherry blossom",
    "one plain head is made": "hidden halo, double halo, triple halo, halo underneath, cluster, flush set, gypsy set, "
    "flush, invisible set, illusion set, burnish set, double prong, double claw, "
    "fishtail, trellis, tulip, peg head, half bezel, semi bezel, partial bezel, compass set, north south east west, "
    "east west, toi et moi, ballerina, crown setting, gallery detail, peekaboo, surprise diamond, secret stone, "
    "moi et toi, bar set, bar setting, star setting, v prong, tabs, buttercup, navette cluster",
    "stones of one kind are set in the row": "alternating, alternate, mixed, rainbow, multicolor, multicolored, "
    "multicoloured, ombre, gradient, graduated, graduating, two rows, double row, three rows, triple row, scattered, "
    "multi row, five rows",
    "one metal is used": "two tone, bicolor, bi color, bicolour, tricolor, tri color, mixed metal, two toned, "
    "three tone, multi tone",
    "a stone's origin is not modelled": "lab grown, lab created, lab, natural, ethical, conflict free, ethically "
    "sourced, synthetic, recycled, sustainable, fair trade, fairtrade, untreated, unheated, heated",
    "a stone's grade is not modelled": "vvs, vvs1, vvs2, vs1, vs2, vs, si1, si2, flawless, internally flawless, gia, "
    "certified, igi, d color, e color, f color, g color, h color, color grade, clarity, ideal cut, excellent cut",
    "one ring is made": "matching, set of, pair, wedding set, bridal set, matching band, earring, necklace, pendant, "
    "bracelet, ring guard, enhancer, jacket, chain, set of two, two rings, three rings, stack, brooch",
    "only metal and stones are modelled": "wood, wooden, leather, carbon fiber, carbon fibre, ceramic, silicone, "
    "resin, meteorite, bone, glass, antler, damascus, obsidian ring, led, usb, smart, nfc, hair, ashes, fur",
}

# Words that ask for nothing by themselves.
HARMLESS = """
a an the of for to at by from as is are be it its this that these those i we you my me her him she he our your their
please make design create draw build generate want need would like love looking give show get let lets can could
should must will may do does have had am was been being very really quite rather just so too only some any each every
all both ring jewelry jewellery piece thing things stuff bit shoulders propose proposing loves likes wants style
styled inspired look looks feel era period designs set setting settings mounted mount held holding hold holds sits
sitting placed around along up down out into onto about approximately approx roughly circa ca nearly almost exactly
precisely total weight weighing size sized sizes finger fingers worth type kind sort shaped shape cut cuts faceted
brilliant polished polish shiny gleaming shimmering sparkling sparkly glittering beautiful beautifully pretty gorgeous
stunning lovely nice perfect amazing exquisite luxurious luxury fancy quality subtle detail details detailing detailed
mm ct k hoop precious semi semiprecious wear everyday daily comfortable lady ladies women womens woman female bride
bridal mother mom wife girlfriend fiancee daughter sister grandmother friend birthday anniversary christmas valentine
gift present proposal marriage wedding new year color colour colored coloured tone hue rich bright vivid vibrant royal
warm cool genuine real solid pure metal material alloy head made crafted finish finished edge edges sides top bottom
something maybe perhaps preferably ideally possible possibly if regular normal standard average usual typical common
karat thanks thank hello hi dear more than most least other another same who whose when how what there here within
outside through keep keeping kept use using used include including includes add adding added put single
bague anillo anello un une una uno ein eine einen einem der die das le la les el los las il lo de del della di du des
aus von im talla taille taglia grosse
"""
