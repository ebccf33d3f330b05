using System.Collections.Frozen;
using System.Globalization;

namespace Myeloma.Fhir.FhirPath.Types;

/// <summary>UCUM's prefixes and unit atoms: base, SI, customary, clinical. https://ucum.org/ucum#section-Tables-of-Terminal-Symbols</summary>
internal static class UcumAtoms
{
    /// <summary>Prefix and power of ten; binary prefixes are not decimal and stand below with their factor.</summary>
    private static readonly FrozenDictionary<string, int> Prefixes = new Dictionary<string, int>
    {
        ["Y"] = 24, ["Z"] = 21, ["E"] = 18, ["P"] = 15, ["T"] = 12, ["G"] = 9, ["M"] = 6, ["k"] = 3, ["h"] = 2, ["da"] = 1,
        ["d"] = -1, ["c"] = -2, ["m"] = -3, ["u"] = -6, ["n"] = -9, ["p"] = -12, ["f"] = -15, ["a"] = -18, ["z"] = -21, ["y"] = -24,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, long> BinaryPrefixes = new Dictionary<string, long>
    {
        ["Ki"] = 1L << 10, ["Mi"] = 1L << 20, ["Gi"] = 1L << 30, ["Ti"] = 1L << 40,
    }.ToFrozenDictionary();

    /// <summary>One a line: symbol, whether prefixes apply (m) or not (-), factor, unit in terms of others; no unit: a dimension of its own.</summary>
    private const string Table = """
        m m 1
        s m 1
        g m 1
        rad m 1
        K m 1
        C m 1
        cd m 1
        10* - 10 1
        10^ - 10 1
        [pi] - 3.1415926535897932384626433833 1
        % - 0.01 1
        [ppth] - 0.001 1
        [ppm] - 0.000001 1
        [ppb] - 0.000000001 1
        [pptr] - 0.000000000001 1
        mol m 602213670000000000000000 1
        sr m 1 rad2
        Hz m 1 s-1
        N m 1000 g.m/s2
        Pa m 1 N/m2
        J m 1 N.m
        W m 1 J/s
        A m 1 C/s
        V m 1 J/C
        F m 1 C/V
        Ohm m 1 V/A
        S m 1 Ohm-1
        Wb m 1 V.s
        T m 1 Wb/m2
        H m 1 Wb/A
        lm m 1 cd.sr
        lx m 1 lm/m2
        Bq m 1 s-1
        Gy m 1 J/kg
        Sv m 1 J/kg
        gon - 0.9 deg
        deg - 2 [pi].rad/360
        ' - 1 deg/60
        '' - 1 '/60
        l m 1 dm3
        L m 1 l
        ar m 100 m2
        min - 60 s
        h - 60 min
        d - 24 h
        a_t - 365.24219 d
        a_j - 365.25 d
        a_g - 365.2425 d
        a - 1 a_j
        wk - 7 d
        mo_s - 29.53059 d
        mo_j - 1 a_j/12
        mo_g - 1 a_g/12
        mo - 1 mo_j
        t m 1000 kg
        bar m 100000 Pa
        u m 0.0000000000000000000000016605402 g
        eV m 0.00000000000000000016021773 J
        AU - 149597.870691 Mm
        pc m 30856780000000000 m
        dyn m 1 g.cm/s2
        erg m 1 dyn.cm
        P m 1 dyn.s/cm2
        St m 1 cm2/s
        gf m 9.80665 g.m/s2
        [g] m 9.80665 m/s2
        [c] m 299792458 m/s
        atm - 101325 Pa
        [lbf_av] - 1 [lb_av].[g]
        [in_i] - 2.54 cm
        [ft_i] - 12 [in_i]
        [yd_i] - 3 [ft_i]
        [mi_i] - 5280 [ft_i]
        [nmi_i] - 1852 m
        [kn_i] - 1 [nmi_i]/h
        [sin_i] - 1 [in_i]2
        [sft_i] - 1 [ft_i]2
        [cin_i] - 1 [in_i]3
        [cft_i] - 1 [ft_i]3
        [in_us] - 1 m/39.37
        [ft_us] - 12 m/39.37
        [gr] - 64.79891 mg
        [lb_av] - 7000 [gr]
        [oz_av] - 1 [lb_av]/16
        [dr_av] - 1 [oz_av]/16
        [stone_av] - 14 [lb_av]
        [ston_av] - 2000 [lb_av]
        [oz_tr] - 480 [gr]
        [lb_tr] - 12 [oz_tr]
        [gal_us] - 231 [in_i]3
        [qt_us] - 1 [gal_us]/4
        [pt_us] - 1 [qt_us]/2
        [foz_us] - 1 [pt_us]/16
        [fdr_us] - 1 [foz_us]/8
        [cup_us] - 16 [tbs_us]
        [tbs_us] - 1 [foz_us]/2
        [tsp_us] - 1 [tbs_us]/3
        [cup_m] - 240 mL
        [tsp_m] - 5 mL
        [tbs_m] - 15 mL
        [foz_m] - 30 mL
        [gal_br] - 4.54609 l
        [pt_br] - 1 [gal_br]/8
        [foz_br] - 1 [pt_br]/20
        [acr_us] - 4046.872609874252 m2
        m[H2O] m 9806.65 Pa
        m[Hg] m 133322 Pa
        [in_i'H2O] - 0.0254 m[H2O]
        [in_i'Hg] - 0.0254 m[Hg]
        [psi] - 1 [lbf_av]/[sin_i]
        cal m 4.184 J
        cal_th m 4.184 J
        cal_IT m 4.1868 J
        [Cal] - 1 kcal_th
        [Btu] - 1055.05585262 J
        [HP] - 745.69987158227 W
        kat m 1 mol/s
        U m 1 umol/min
        eq m 1 mol
        osm m 1 mol
        g% m 1 g/dl
        bit_s - 1 1
        bit m 1 1
        By m 8 bit
        Bd m 1 s-1
        R m 0.000258 C/kg
        RAD m 100 erg/g
        REM m 1 RAD
        Ci m 37000000000 Bq
        Lmb - 1 cd/cm2/[pi]
        [diop] - 1 m-1
        [drp] - 0.05 ml
        [Ch] - 1 mm/[pi]
        [HPF] - 1 1
        [LPF] - 100 1
        [car_m] - 0.2 g
        [car_Au] - 1 1/24
        [smoot] - 67 [in_i]
        [iU] m 1
        [IU] m 1 [iU]
        [arb'U] - 1
        [USP'U] - 1
        [GPL'U] - 1
        [MPL'U] - 1
        [APL'U] - 1
        [beth'U] - 1
        [anti'Xa'U] - 1
        [todd'U] - 1
        [dye'U] - 1
        [smgy'U] - 1
        [bdsk'U] - 1
        [ka'U] - 1
        [knk'U] - 1
        [mclg'U] - 1
        [tb'U] - 1
        [CCID_50] - 1
        [TCID_50] - 1
        [EID_50] - 1
        [PFU] - 1
        [FFU] - 1
        [CFU] - 1
        [BAU] - 1
        [AU] - 1
        [Amb'a'1'U] - 1
        [PNU] - 1
        [Lf] - 1
        [D'ag'U] - 1
        [FEU] - 1
        [ELU] - 1
        [EU] - 1
        [hnsf'U] - 1
        [MET] - 3.5 mL/min/kg
        """;

    private static readonly Lazy<FrozenDictionary<string, (UcumUnit Unit, bool IsMetric)>> Atoms = new(Read);

    /// <summary>An atom, or a metric atom with a prefix; whole atoms win: <c>min</c> is no milli-inch, <c>cd</c> no centi-day.</summary>
    /// <returns>Null for an unknown symbol.</returns>
    public static UcumUnit? Find(ReadOnlySpan<char> symbol) => Find(symbol.ToString(), Atoms.Value.TryGetValue);

    private delegate bool Lookup(string symbol, out (UcumUnit Unit, bool IsMetric) atom);

    private static UcumUnit? Find(string symbol, Lookup lookup)
    {
        if (lookup(symbol, out var whole)) return whole.Unit;
        for (var length = Math.Min(2, symbol.Length - 1); length > 0; length--)
        {
            if (!lookup(symbol[length..], out var atom) || !atom.IsMetric || atom.Unit.Offset != 0) continue;
            if (Prefixes.TryGetValue(symbol[..length], out var power)) return atom.Unit.Times(1, power);
            if (BinaryPrefixes.TryGetValue(symbol[..length], out var factor)) return atom.Unit.Times(factor, 0);
        }

        return null;
    }

    private static FrozenDictionary<string, (UcumUnit Unit, bool IsMetric)> Read()
    {
        var atoms = new Dictionary<string, (UcumUnit, bool)>();
        var waiting = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(' ')).ToList();

        // An atom may be defined by one that stands further down: rounds until nothing is left.
        while (waiting.Count > 0)
        {
            var before = waiting.Count;
            waiting.RemoveAll(row =>
            {
                var unit = row.Length == 3 ? UcumUnit.Base(row[0]) : new UcumParser(row[3]).Parse(atoms);
                if (unit is null) return false;
                atoms.Add(row[0], (row.Length == 3 ? unit : unit.Times(decimal.Parse(row[2], CultureInfo.InvariantCulture), 0), row[1] == "m"));
                return true;
            });
            if (waiting.Count == before) throw new System.Diagnostics.UnreachableException($"UCUM atom {waiting[0][0]} is not defined by known ones.");
        }

        // Celsius and Fahrenheit count from another zero than kelvin. Both are taken without prefixes.
        var kelvin = atoms["K"].Item1;
        atoms["Cel"] = (kelvin.WithOffset(273.15m), false);
        atoms["[degF]"] = (kelvin.Times(5m / 9m, 0).WithOffset(273.15m - (32m * 5m / 9m)), false);
        return atoms.ToFrozenDictionary();
    }

    internal static UcumUnit? Find(string symbol, Dictionary<string, (UcumUnit Unit, bool IsMetric)> atoms) => Find(symbol, atoms.TryGetValue);
}
