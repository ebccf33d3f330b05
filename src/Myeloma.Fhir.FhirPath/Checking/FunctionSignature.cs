using System.Collections.Frozen;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What a function takes and gives, for those whose types do not depend on more than their input's.</summary>
/// <param name="Input">System types of which the input must be able to be one; empty: anything.</param>
/// <param name="Arguments">The same for each argument; the last one stands for those that follow. An empty list: not looked at.</param>
/// <param name="Result">A System type; null: the input's types.</param>
/// <param name="NeedsOne">Whether more than one input item is a fault.</param>
/// <param name="GivesMany">Whether one input item may give several.</param>
internal sealed record FunctionSignature(
    string[] Input, string[][] Arguments, string? Result, bool NeedsOne, bool GivesMany = false, bool NeedsOrder = false, bool TakesLastOne = false)
{
    private static readonly string[] Any = [];
    private static readonly string[] Text = ["String"];
    private static readonly string[] Whole = ["Integer"];
    private static readonly string[] Number = ["Integer", "Decimal"];
    private static readonly string[] Measure = ["Integer", "Decimal", "Quantity"];
    private static readonly string[] Flag = ["Boolean"];
    private static readonly string[] Bounded = ["Integer", "Decimal", "Quantity", "Date", "DateTime", "Time", "String"];

    private static readonly Dictionary<string, FunctionSignature> Entries = new(StringComparer.Ordinal)
    {
        ["empty"] = Of("Boolean"),
        ["count"] = Of("Integer"),
        ["isDistinct"] = Of("Boolean"),
        ["not"] = One(Any, "Boolean"),
        ["allTrue"] = new(Flag, [], "Boolean", false),
        ["anyTrue"] = new(Flag, [], "Boolean", false),
        ["allFalse"] = new(Flag, [], "Boolean", false),
        ["anyFalse"] = new(Flag, [], "Boolean", false),
        ["subsetOf"] = new(Any, [Any], "Boolean", false),
        ["supersetOf"] = new(Any, [Any], "Boolean", false),
        ["distinct"] = Of(null),
        ["exclude"] = new(Any, [Any], null, false),
        ["intersect"] = new(Any, [Any], null, false),
        ["single"] = new(Any, [], null, true, TakesLastOne: true),
        ["first"] = new(Any, [], null, false, NeedsOrder: true, TakesLastOne: true),
        ["last"] = new(Any, [], null, false, NeedsOrder: true, TakesLastOne: true),
        ["tail"] = new(Any, [], null, false, NeedsOrder: true),
        ["skip"] = new(Any, [Whole], null, false, NeedsOrder: true),
        ["take"] = new(Any, [Whole], null, false, NeedsOrder: true),
        ["checkModifiers"] = new(Any, [Text], null, false),
        ["slice"] = new(Any, [Text, Text], null, false),
        ["hasValue"] = Of("Boolean"),
        ["hasExtension"] = new(Any, [Text], "Boolean", false),
        ["memberOf"] = One(Any, "Boolean", Text),
        ["subsumes"] = One(Any, "Boolean", Any),
        ["subsumedBy"] = One(Any, "Boolean", Any),
        ["conformsTo"] = One(Any, "Boolean", Text),
        ["htmlChecks"] = One(Any, "Boolean"),
        ["comparable"] = One(Measure, "Boolean", Measure),
        ["precision"] = One(["Decimal", "Integer", "Date", "DateTime", "Time"], "Integer"),
        ["now"] = Of("DateTime"),
        ["today"] = Of("Date"),
        ["timeOfDay"] = Of("Time"),
        ["abs"] = One(Measure, null),
        ["ceiling"] = One(Measure, "Integer"),
        ["floor"] = One(Measure, "Integer"),
        ["truncate"] = One(Measure, "Integer"),
        ["round"] = One(Measure, "Decimal", Whole),
        ["exp"] = One(Number, "Decimal"),
        ["ln"] = One(Number, "Decimal"),
        ["sqrt"] = One(Number, "Decimal"),
        ["log"] = One(Number, "Decimal", Number),
        ["power"] = One(Number, "Decimal", Number),
        ["lowBoundary"] = One(Bounded, null, Whole),
        ["highBoundary"] = One(Bounded, null, Whole),
        ["indexOf"] = One(Text, "Integer", Text),
        ["lastIndexOf"] = One(Text, "Integer", Text),
        ["substring"] = One(Text, "String", Whole),
        ["startsWith"] = One(Text, "Boolean", Text),
        ["endsWith"] = One(Text, "Boolean", Text),
        ["contains"] = One(Text, "Boolean", Text),
        ["matches"] = One(Text, "Boolean", Text),
        ["matchesFull"] = One(Text, "Boolean", Text),
        ["upper"] = One(Text, "String"),
        ["lower"] = One(Text, "String"),
        ["trim"] = One(Text, "String"),
        ["length"] = One(Text, "Integer"),
        ["replace"] = One(Text, "String", Text),
        ["replaceMatches"] = One(Text, "String", Text),
        ["encode"] = One(Text, "String", Text),
        ["decode"] = One(Text, "String", Text),
        ["escape"] = One(Text, "String", Text),
        ["unescape"] = One(Text, "String", Text),
        ["toChars"] = new(Text, [], "String", true, GivesMany: true),
        ["split"] = new(Text, [Text], "String", true, GivesMany: true),
        ["join"] = new(Text, [Text], "String", false, TakesLastOne: true),
        ["toQuantity"] = One(Any, "Quantity", Text),
        ["convertsToQuantity"] = One(Any, "Boolean", Text),
    };

    private static readonly FrozenDictionary<string, FunctionSignature> ByName = WithConversions().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the result of one input item, or of a whole collection, is one item.</summary>
    public bool GivesOne => !GivesMany && (Result is not null || TakesLastOne || NeedsOne);

    /// <returns>Null for functions whose types follow rules of their own.</returns>
    public static FunctionSignature? Find(string name) => ByName.GetValueOrDefault(name);

    private static Dictionary<string, FunctionSignature> WithConversions()
    {
        foreach (var type in (ReadOnlySpan<string>)["Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time"])
        {
            Entries["to" + type] = One(Any, type);
            Entries["convertsTo" + type] = One(Any, "Boolean");
        }

        return Entries;
    }

    private static FunctionSignature Of(string? result) => new(Any, [], result, false);

    private static FunctionSignature One(string[] input, string? result, params string[][] arguments) => new(input, arguments, result, true);
}
