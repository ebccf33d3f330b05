using System.Runtime.CompilerServices;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.ConceptMaps;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>ConceptMap/$translate</c>, with the parameter names of R4 and of later versions. https://hl7.org/fhir/R4/conceptmap-operation-translate.html</summary>
public sealed class Translate(TerminologyLimits limits)
{
    /// <summary>How many maps one translation may follow by <c>unmapped.url</c>.</summary>
    private const int MaxFollowed = 10;

    private static readonly ConditionalWeakTable<ResourceDocument, Lazy<CompiledConceptMap>> Compiled = [];

    /// <summary>A code in the terms of another system.</summary>
    /// <returns>
    /// Parameters as UTF-8 JSON: <c>result</c> true when a match is neither unmatched nor disjoint, and each <c>match</c> with equivalence, concept, products and the map it is from.
    /// A mapping that depends on other elements is a match only when they were given. Where no map is named and none leads to the target that is asked for, several do,
    /// one after the other, each read in either direction: such a match has a <c>step</c> for each.
    /// </returns>
    /// <exception cref="FhirException"><c>required</c>: no code with a system; <c>not-found</c>: the map or a value set is not here; <c>too-costly</c>: too many ways through the maps.</exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var isReverse = arguments.Boolean("reverse") == true || arguments.Has("targetCode") || arguments.Has("targetCoding") || arguments.Has("targetCodeableConcept");
        var output = JsonBuffer.Rent();
        Answer(output, request, Codings(arguments), Maps(request), Dependencies(arguments), isReverse);
        var json = output.Written.ToArray();
        JsonBuffer.Return(output);
        return json;
    }

    /// <summary>The question without its code.</summary>
    /// <param name="answer">What the operation said to the same parameters.</param>
    /// <returns>Null where the code decides on more than what is told of it.</returns>
    public PreparedQuestion? Prepare(TerminologyCatalog catalog, TerminologyArguments arguments, ReadOnlySpan<byte> answer)
    {
        // Whether a code is in a target value set, and which maps lead somewhere one after the other, is asked with the code in hand.
        if (IsComposable(arguments) || arguments.All.Any(each => each.Name is not ("url" or "conceptMapVersion" or "code" or "sourceCode" or "system" or "sourceSystem" or "targetsystem" or "targetSystem" or "source" or "sourceScope" or "reverse") || each.Text is null)) return null;
        var request = new TerminologyRequest(catalog, limits, arguments);
        if (Codings(arguments) is not [var (system, code)]) return null;
        var (maps, isReverse) = (Maps(request), arguments.Boolean("reverse") == true);
        return new PreparedTranslation((output, asked) => Answer(output, request, [(system, asked)], maps, [], isReverse)).If(code, "", answer);
    }

    private static void Answer(
        JsonBuffer output, TerminologyRequest request, List<(string System, string Code)> codings, List<CompiledConceptMap> maps, List<(string Element, string? System, string Value)> dependencies, bool isReverse)
    {
        var search = new TranslationSearch(isReverse, dependencies, url => FindMap(request.Catalog, url, null), MaxFollowed);
        foreach (var (system, code) in codings)
            foreach (var map in maps) search.Run(map, system, code);
        List<TranslationMatch> matches = [.. search.Matches.Where(match => IsWanted(match, request))];
        if (matches.Count == 0 && !search.MissedDependency && IsComposable(request.Arguments))
        {
            var composed = new ComposedTranslation(maps, search.IsSatisfied, request.Limits);
            foreach (var (system, code) in codings) matches.AddRange(composed.Find(system, code, match => IsWanted(match, request)));
        }

        JsonOutput.Parameters(output, writer => Write(writer, matches, search, codings, maps.Count));
    }

    /// <summary>Whether several maps may make one translation: the client says where it is to end, and not by which map.</summary>
    private static bool IsComposable(TerminologyArguments arguments) =>
        ((string[])["targetsystem", "targetSystem", "target", "targetScope"]).Any(arguments.Has) && !((string[])["conceptMap", "url", "source", "sourceScope"]).Any(arguments.Has);

    private static List<(string System, string Code)> Codings(TerminologyArguments arguments)
    {
        foreach (var prefix in (string[])["", "source", "target"])
        {
            var (code, coding, concept) = prefix.Length == 0 ? ("code", "coding", "codeableConcept") : ($"{prefix}Code", $"{prefix}Coding", $"{prefix}CodeableConcept");
            if (arguments.Text(code) is { } text)
            {
                var system = arguments.Text("system") ?? arguments.Text("sourceSystem") ?? throw new FhirException(Issue.Required($"$translate needs the parameter 'system' with '{code}'."));
                return [(system, text)];
            }

            if (arguments.Value(coding) is { } single) return [Coding(single, coding)];
            if (arguments.Value(concept) is { } several) return [.. several.Children("coding").ToList().Select(each => Coding(each, $"{concept}.coding"))];
        }

        throw new FhirException(Issue.Required("$translate needs a code: the parameters 'code' and 'system', 'coding' or 'codeableConcept' (or 'sourceCode', 'sourceCoding', 'sourceCodeableConcept')."));
    }

    private static (string System, string Code) Coding(Element coding, string name) => coding.TextOf("system") is { } system && coding.TextOf("code") is { } code
        ? (system, code)
        : throw new FhirException(Issue.Required($"$translate needs system and code in '{name}'."));

    /// <summary>The map that is named; without a name all that may hold: those of the source value set, where a map and the client state one.</summary>
    private static List<CompiledConceptMap> Maps(TerminologyRequest request)
    {
        var arguments = request.Arguments;
        if (arguments.Resource("conceptMap") is { } sent) return [new CompiledConceptMap(sent)];
        if (arguments.Text("url") is { } canonical)
        {
            var bar = canonical.IndexOf('|', StringComparison.Ordinal);
            var (url, version) = bar < 0 ? (canonical, arguments.Text("conceptMapVersion")) : (canonical[..bar], canonical[(bar + 1)..]);
            return [FindMap(request.Catalog, url, version) ?? throw new FhirException(Issue.NotFound($"The concept map '{(version is null ? url : $"{url}|{version}")}' is not known here."))];
        }

        var source = arguments.Text("source") ?? arguments.Text("sourceScope");
        return [.. request.Catalog.ConceptMaps().Select(Of).Where(map => source is null || map.Source is null || IsSame(map.Source, source))];
    }

    /// <summary>Whether two canonicals mean the same; one without a version means any.</summary>
    private static bool IsSame(string left, string right) => left == right
        || (left.Split('|') is var one && right.Split('|') is var other && one[0] == other[0] && (one.Length == 1 || other.Length == 1));

    private static CompiledConceptMap? FindMap(TerminologyCatalog catalog, string url, string? version) =>
        VersionPattern.Select([.. catalog.ConceptMaps(url).Select(document => new Found(document))], version, each => each.Version, each => each.Status) is { } found ? Of(found.Document) : null;

    /// <remarks>Who asks while a large map is made waits for it.</remarks>
    private static CompiledConceptMap Of(ResourceDocument document) => Compiled.GetValue(document, static each => new Lazy<CompiledConceptMap>(() => new CompiledConceptMap(each.Root))).Value;

    private static List<(string Element, string? System, string Value)> Dependencies(TerminologyArguments arguments)
    {
        var dependencies = new List<(string, string?, string)>();
        foreach (var parameter in arguments.Parameters("dependency"))
        {
            var parts = parameter.Children("part").ToList();
            Element? Value(params string[] names) => parts.Where(part => names.Contains(part.TextOf("name"))).Select(part => part.Child("value")).FirstOrDefault();
            if (Value("element", "attribute")?.Text is not { } element || Value("concept", "value") is not { } value) continue;
            if (value.IsPrimitive) dependencies.Add((element, null, value.Text ?? ""));
            else if (value.Type.Name == "Coding") dependencies.Add((element, value.TextOf("system"), value.TextOf("code") ?? ""));
            foreach (var coding in value.Children("coding")) dependencies.Add((element, coding.TextOf("system"), coding.TextOf("code") ?? ""));
            if (value.Type.Name == "CodeableConcept" && value.TextOf("text") is { } text) dependencies.Add((element, null, text));
        }

        return dependencies;
    }

    /// <summary>Whether a match is of the system and the value set that the client wants; a map that states the value set as its target leads there.</summary>
    private static bool IsWanted(TranslationMatch match, TerminologyRequest request)
    {
        var arguments = request.Arguments;
        if ((arguments.Text("targetsystem") ?? arguments.Text("targetSystem")) is { } system && match.System != system) return false;
        if ((arguments.Text("target") ?? arguments.Text("targetScope")) is not { } scope || match.Code is null) return true;
        if (match.Scope is not null && IsSame(match.Scope, scope)) return true;
        var valueSet = request.Catalog.FindValueSet(scope.Split('|')[0], scope.Contains('|', StringComparison.Ordinal) ? scope[(scope.IndexOf('|', StringComparison.Ordinal) + 1)..] : null)
            ?? throw TerminologyIssues.UnknownValueSet(scope);
        var catalog = request.Catalog.Naming(NamedCodes.Of([match.Code]));
        return request.Evaluation(valueSet, catalog).Evaluate(valueSet).Parts.Any(part => part.System.Url == match.System && part.System.Find(match.Code) is >= 0 and var ordinal && part.Set.Contains(ordinal));
    }

    private static void Write(Utf8JsonWriter writer, List<TranslationMatch> matches, TranslationSearch search, List<(string System, string Code)> codings, int mapCount)
    {
        var isTranslated = matches.Any(match => match.Equivalence is not ("unmatched" or "disjoint"));
        writer.Parameter("result", isTranslated);
        if (!isTranslated)
        {
            var codes = string.Join(", ", codings.Select(each => $"'{each.System}#{each.Code}'"));
            writer.Parameter("message", "valueString", search.MissedDependency ? $"The translation of {codes} depends on elements that were not given, or not with those values: {string.Join(", ", search.Missed)}." : mapCount == 0 ? $"No concept map here translates {codes}." : $"No translation of {codes} was found.");
        }

        foreach (var match in matches)
        {
            writer.Parts("match", () =>
            {
                writer.Parameter("equivalence", "valueCode", match.Equivalence);
                if (match.Code is not null) WriteCoding(writer, "concept", match.System, match.Version, match.Code, match.Display);
                foreach (var product in match.Products)
                {
                    writer.Parts("product", () =>
                    {
                        writer.Parameter("element", "valueUri", product.Property);
                        WriteCoding(writer, "concept", product.System, null, product.Value, product.Display);
                    });
                }

                writer.Parameter("comment", "valueString", match.Comment);
                writer.Parameter("source", "valueUri", match.Map);
                foreach (var step in match.Steps) writer.Parts("step", () => Write(writer, step));
            });
        }
    }

    private static void Write(Utf8JsonWriter writer, TranslationStep step)
    {
        writer.Parameter("source", "valueUri", step.Map);
        writer.Parameter("reverse", step.IsReverse);
        writer.Parameter("equivalence", "valueCode", step.Equivalence);
        WriteCoding(writer, "concept", step.System, null, step.Code, step.Display);
    }

    private static void WriteCoding(Utf8JsonWriter writer, string name, string? system, string? version, string code, string? display)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartObject("valueCoding");
        if (!string.IsNullOrEmpty(system)) writer.WriteString("system", system);
        writer.Text("version", version);
        writer.WriteString("code", code);
        writer.Text("display", display);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private sealed record Found(ResourceDocument Document)
    {
        public string? Version => Document.Root.TextOf("version");
        public string? Status => Document.Root.TextOf("status");
    }
}

/// <param name="Code">Null for a source that has no target.</param>
/// <param name="Map">Canonical of the map it is from; null where several were put together.</param>
/// <param name="Scope">The value set that the map leads to; null when it does not say.</param>
internal sealed record TranslationMatch(string System, string? Version, string? Code, string? Display, string Equivalence, string? Comment, IReadOnlyList<MappingElement> Products, string? Map, string? Scope)
{
    /// <summary>The maps on the way, where several were put together or one was read backwards unasked; none for what one map says.</summary>
    public IReadOnlyList<TranslationStep> Steps { get; init; } = [];
}

/// <summary>Looks codes up in maps, and in those they name for what they do not map.</summary>
internal sealed class TranslationSearch(bool isReverse, List<(string Element, string? System, string Value)> dependencies, Func<string, CompiledConceptMap?> findMap, int maxFollowed)
{
    public List<TranslationMatch> Matches { get; } = [];

    /// <summary>Elements on which mappings depend that were passed over.</summary>
    public HashSet<string> Missed { get; } = [];

    public bool MissedDependency => Missed.Count > 0;

    public void Run(CompiledConceptMap map, string system, string code) => Run(map, system, code, 0);

    private void Run(CompiledConceptMap map, string system, string code, int followed)
    {
        var mappings = isReverse ? map.FromTarget(system, code) : map.FromSource(system, code);
        foreach (var mapping in mappings.Where(IsSatisfied)) Matches.Add(Match(mapping, map));
        if (isReverse) return;
        foreach (var group in map.Groups)
            if (group.Source == system && group.Unmapped is { } unmapped && !mappings.Any(mapping => mapping.Group == group)) Unmapped(group, unmapped, map, system, code, followed);
    }

    private void Unmapped(MappingGroup group, Unmapped unmapped, CompiledConceptMap map, string system, string code, int followed)
    {
        // What an unmapped code comes to is related, and the map says no more than that.
        if (unmapped.Mode == "provided") Matches.Add(new TranslationMatch(group.Target, group.TargetVersion, code, null, "relatedto", null, [], map.Canonical, map.Target));
        else if (unmapped is { Mode: "fixed", Code: { } always }) Matches.Add(new TranslationMatch(group.Target, group.TargetVersion, always, unmapped.Display, "relatedto", null, [], map.Canonical, map.Target));
        else if (unmapped is { Mode: "other-map", Url: { } url } && followed < maxFollowed && findMap(url.Split('|')[0]) is { } other) Run(other, system, code, followed + 1);
    }

    private TranslationMatch Match(Mapping mapping, CompiledConceptMap map) => isReverse
        ? new(mapping.Group.Source, null, mapping.SourceCode, mapping.SourceDisplay, Equivalence.Reversed(mapping.Equivalence), mapping.Comment, [], map.Canonical, map.Source)
        : new(mapping.Group.Target, mapping.Group.TargetVersion, mapping.TargetCode, mapping.TargetDisplay, mapping.Equivalence, mapping.Comment, mapping.Products, map.Canonical, map.Target);

    /// <summary>Whether what a mapping depends on was given; what was not is remembered.</summary>
    public bool IsSatisfied(Mapping mapping)
    {
        var missed = mapping.DependsOn.Where(needed => !dependencies.Any(given => given.Element == needed.Property && given.Value == needed.Value && (needed.System is null || given.System is null || given.System == needed.System))).ToList();
        foreach (var each in missed) Missed.Add(each.Property);
        return missed.Count == 0;
    }
}
