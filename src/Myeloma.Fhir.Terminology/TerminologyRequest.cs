using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology;

/// <summary>What every operation reads from its parameters first: what is brought along, versions, supplements.</summary>
internal sealed class TerminologyRequest
{
    /// <exception cref="FhirException"><c>too-costly</c>: more resources than the limit; <c>not-supported</c>: what names no version is to mean something else than the latest.</exception>
    public TerminologyRequest(TerminologyCatalog catalog, TerminologyLimits limits, TerminologyArguments arguments)
    {
        Arguments = arguments;
        Limits = limits;
        if (arguments.Boolean("default-to-latest-version") == false) throw TerminologyIssues.LatestIsUsual();
        Catalog = Naming(catalog.With(Brought(arguments, limits)), arguments);
        Languages = DisplayLanguages.Parse(arguments.Text("displayLanguage") ?? arguments.AcceptLanguage);
    }

    /// <summary>For a question of a batch: the same catalog and what the question itself brings along, parameters of its own.</summary>
    /// <inheritdoc cref="TerminologyRequest(TerminologyCatalog, TerminologyLimits, TerminologyArguments)" path="/exception"/>
    public TerminologyRequest(TerminologyRequest batch, TerminologyArguments arguments)
    {
        (Arguments, Limits, Catalog) = (arguments, batch.Limits, Naming(batch.Catalog.With(Brought(arguments, batch.Limits)), arguments));
        Languages = DisplayLanguages.Parse(arguments.Text("displayLanguage") ?? arguments.AcceptLanguage);
    }

    public TerminologyArguments Arguments { get; }
    public TerminologyLimits Limits { get; }
    public TerminologyCatalog Catalog { get; }
    public DisplayLanguages Languages { get; }

    private static List<ResourceDocument> Brought(TerminologyArguments arguments, TerminologyLimits limits)
    {
        List<ResourceDocument> brought = [.. arguments.Parameters("tx-resource").Select(parameter => parameter.Child("resource")).OfType<Element>().Select(ResourceDocument.Of)];
        return brought.Count <= limits.MaxResources ? brought : throw TerminologyIssues.TooManyResources(brought.Count, limits.MaxResources);
    }

    /// <summary>The catalog for the codes that the parameters name; unchanged when they name none.</summary>
    private static TerminologyCatalog Naming(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        List<string> codes = [.. arguments.Texts("code", "codeA", "codeB")];
        foreach (var name in (string[])["coding", "codingA", "codingB", "codeableConcept"])
        {
            if (arguments.Value(name) is not { } value) continue;
            if (value.TextOf("code") is { } code) codes.Add(code);
            codes.AddRange(value.Children("coding").ToList().Select(each => each.TextOf("code")).OfType<string>());
        }

        return codes.Count == 0 ? catalog : catalog.Naming(NamedCodes.Of(codes));
    }

    /// <summary>The value set asked about: sent along, or named by its canonical.</summary>
    /// <exception cref="FhirException"><c>not-found</c>; <c>required</c>: none is named.</exception>
    public ValueSetSource ValueSet()
    {
        if (Arguments.Resource("valueSet") is { } sent)
        {
            if (sent.Type.Name != "ValueSet") throw new FhirException(Issue.Invalid($"The parameter 'valueSet' is a ValueSet, not {sent.Type.Name}."));
            return ValueSetReading.Read(sent);
        }

        if (Arguments.Text("url") is { } canonical) return ValueSet(canonical);
        if (Arguments.Text("context") is { } context) return ValueSet(ElementContext.ValueSet(context));
        throw new FhirException(Issue.Required("The operation needs the parameter 'url', the canonical of a value set, or 'valueSet', a value set itself."));
    }

    /// <param name="canonical">With a version or without; then <c>valueSetVersion</c> counts.</param>
    /// <exception cref="FhirException"><c>not-found</c></exception>
    public ValueSetSource ValueSet(string canonical)
    {
        var (url, stated) = ImplicitValueSets.Split(canonical);
        var version = ValueSetRules.Effective(url, stated ?? Arguments.Text("valueSetVersion"));
        return Catalog.FindValueSet(url, version) ?? throw TerminologyIssues.UnknownValueSet(version is null ? url : $"{url}|{version}");
    }

    public VersionRules ValueSetRules => new(
        VersionRules.Read(Arguments.Texts("default-valueset-version")),
        VersionRules.Read(Arguments.Texts("check-valueset-version")),
        VersionRules.Read(Arguments.Texts("force-valueset-version")));

    private VersionRules SystemRules => new(
        VersionRules.Read(Arguments.Texts("system-version", "default-system-version")),
        VersionRules.Read(Arguments.Texts("check-system-version")),
        VersionRules.Read(Arguments.Texts("force-system-version")));

    /// <summary>An evaluation under the rules of this request, with the supplements that it and the value set ask for.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: a supplement is not here.</exception>
    public ValueSetEvaluation Evaluation(ValueSetSource? valueSet = null, TerminologyCatalog? catalog = null)
    {
        var stated = valueSet?.ExpansionParameters.FirstOrDefault(pair => pair.Key == "versionsMatch").Value;
        var versionsMatch = Arguments.Boolean("versionsMatch") ?? (stated is not null ? stated == "true" : valueSet is not null && ExcludesOtherVersion(valueSet));
        var evaluation = new ValueSetEvaluation(catalog ?? Catalog, Limits) { SystemVersions = SystemRules, ValueSetVersions = ValueSetRules, VersionsMatch = versionsMatch };
        evaluation.Supplements.AddRange(Supplements(valueSet?.Supplements ?? []));
        return evaluation;
    }

    /// <summary>A set that draws on one version of a system and excludes codes by another means the codes, whatever their version.</summary>
    private static bool ExcludesOtherVersion(ValueSetSource valueSet) => valueSet.Exclude.Any(exclude => exclude is { System: not null, Version: not null }
        && valueSet.Include.Where(include => include.System == exclude.System).Select(include => include.Version).Distinct().ToList() is [{ } only] && only != exclude.Version);

    /// <exception cref="FhirException"><c>not-found</c>: one is not here.</exception>
    public IReadOnlyList<CompiledCodeSystem> Supplements(IEnumerable<string> further)
    {
        var (found, missing) = (new List<CompiledCodeSystem>(), new List<string>());
        foreach (var canonical in Arguments.Texts("useSupplement").Concat(further).Distinct())
        {
            if (Catalog.FindSupplement(canonical) is { } supplement) found.Add(supplement);
            else missing.Add(canonical);
        }

        return missing.Count == 0 ? found : throw TerminologyIssues.MissingSupplements(missing);
    }
}
