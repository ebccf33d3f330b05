using System.Collections.Concurrent;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>One version of a code system in the form that answers questions: what its resource says of it, its concepts in columns, and what supplements add.</summary>
/// <remarks>
/// Immutable and shared by threads. Concepts are known by ordinal, zero-based, a preorder of the hierarchy. https://hl7.org/fhir/R4/codesystem.html
/// </remarks>
public sealed class CompiledCodeSystem
{
    private readonly ConceptForm form;
    private readonly SupplementedConcepts? added;
    private readonly ConceptSet inactive;
    private readonly ConceptSet notSelectable;
    private readonly string statusProperty;
    private readonly bool statesStatus;
    private readonly ConcurrentDictionary<string, PropertyColumn> columns = new(StringComparer.Ordinal);
    private readonly Lazy<ConceptIndex> index;

    internal CompiledCodeSystem(CodeSystemSource source)
        : this(source with { Concepts = [] }, ConceptForm.Of(source), null)
    {
    }

    /// <param name="header">What the resource says of the system, without concepts.</param>
    /// <param name="form">Its concepts, compiled by that header.</param>
    internal CompiledCodeSystem(CodeSystemSource header, ConceptForm form)
        : this(header, form, null)
    {
    }

    private CompiledCodeSystem(CodeSystemSource header, ConceptForm form, SupplementedConcepts? added)
    {
        (Source, this.form, this.added) = (header, form, added);
        statusProperty = PropertyMeaning("status");
        statesStatus = States([statusProperty, "status"]);
        (inactive, notSelectable) = (FindInactive(), Stated(PropertyMeaning("notSelectable")));
        index = new(() => added is null ? form.Index : new ConceptIndex(form, added.Names));
    }

    /// <summary>Compiles a CodeSystem resource; what is not legal in it is passed over.</summary>
    public static CompiledCodeSystem Of(Model.Elements.Element resource) => new(CodeSystemReading.Read(resource));

    /// <summary>A system of concepts that were compiled before.</summary>
    /// <param name="header">What its resource says of it; concepts in it are passed over.</param>
    public static CompiledCodeSystem Of(CodeSystemSource header, ConceptForm form) => new(header with { Concepts = [] }, form);

    /// <summary>What the resource says of the system; its concepts are left out.</summary>
    public CodeSystemSource Source { get; }

    public string Url => Source.Url;
    public string? Version => Source.Version;

    /// <summary><c>url|version</c>, or the url alone where there is no version.</summary>
    public string Canonical => Version is null ? Url : $"{Url}|{Version}";

    /// <summary>The supplements that were put on; none for the system itself.</summary>
    public IReadOnlyList<CompiledCodeSystem> Supplements => added?.Supplements ?? [];

    public bool IsCaseSensitive => form.IsCaseSensitive;

    /// <summary>Whether the statements of its hierarchy went round in a circle; those that closed it count for nothing.</summary>
    public bool HadCycle => form.HadCycle;

    /// <summary>Whether a code that is not here does not exist.</summary>
    public bool IsComplete => Source.Content == "complete";

    public bool IsSupplement => Source.Content == "supplement";

    public ConceptHierarchy Hierarchy => form.Hierarchy;

    /// <summary>How many concepts.</summary>
    public int Count => form.Count;

    public ConceptSet All => ConceptSet.All(Count);

    public ConceptSet Inactive => inactive;

    public ConceptSet NotSelectable => notSelectable;

    /// <summary>The concept of a code, compared as the system says.</summary>
    /// <returns>Its ordinal; -1 when there is none.</returns>
    public int Find(string code) => form.Find(code);

    /// <summary>The code as the system writes it.</summary>
    public string Code(int ordinal) => form.Code(ordinal);

    public string? Display(int ordinal) => form.Display(ordinal) ?? added?.Display(ordinal);

    /// <summary>The concepts themselves, without what supplements add.</summary>
    internal ConceptForm Form => form;

    /// <inheritdoc cref="Find(string)"/>
    internal int Find(ReadOnlySpan<char> code) => form.Find(code);

    /// <summary>Whether answers say more of the concept than of others: that it is inactive, or that its status speaks against its use.</summary>
    internal bool IsRemarkable(int ordinal) => IsInactive(ordinal) || (statesStatus && Status(ordinal) is "retired" or "deprecated" or "withdrawn");

    /// <summary>The concepts that are shown by exactly that text.</summary>
    public ConceptSet Displayed(string display) => ConceptSet.Where(
        Count, ordinal => form.HasDisplay(ordinal) ? form.IsDisplay(ordinal, display) : added?.Display(ordinal) == display);

    public string? Definition(int ordinal) => form.Definition(ordinal);

    /// <summary>The further names of a concept, in the order they are stated in, then those of supplements.</summary>
    public ReadOnlySpan<Designation> Designations(int ordinal) => added?.Designations(ordinal) is { } more ? [.. form.Designations(ordinal), .. more] : form.Designations(ordinal);

    /// <inheritdoc cref="Designations"/>
    public ReadOnlySpan<ConceptProperty> Properties(int ordinal) => added?.Properties(ordinal) is { } more ? [.. form.Properties(ordinal), .. more] : form.Properties(ordinal);

    /// <summary>Whether any concept has one of some properties.</summary>
    public bool States(IEnumerable<string> properties) => properties.Any(property => form.PropertyRows.States(property) || Supplements.Any(each => each.States([property])));

    public ReadOnlySpan<ConceptExtension> Extensions(int ordinal) => !form.HasExtensions && added is null ? [] : (ConceptExtension[])[.. form.Extensions(ordinal), .. added?.Extensions(ordinal) ?? []];

    /// <summary>The languages that designations state, each once.</summary>
    public IEnumerable<string> Languages => form.Languages.Concat(Supplements.SelectMany(each => each.Languages)).Distinct();

    /// <summary>Whether the concept is not for use any more. https://hl7.org/fhir/R4/codesystem.html#status</summary>
    public bool IsInactive(int ordinal) => inactive.Contains(ordinal);

    /// <summary>Whether the concept only groups others. https://hl7.org/fhir/R4/codesystem-concept-properties.html (notSelectable)</summary>
    public bool IsAbstract(int ordinal) => notSelectable.Contains(ordinal);

    /// <summary>The status the concept states: <c>active</c>, <c>retired</c>, <c>deprecated</c>, …; null when it states none.</summary>
    public string? Status(int ordinal) => form.PropertyRows.First(ordinal, statusProperty, "status")
        ?? added?.Properties(ordinal)?.Find(each => each.Code == statusProperty || each.Code == "status")?.Value;

    /// <summary>The code that this system has for a property of the specification: that whose uri is <c>http://hl7.org/fhir/concept-properties#…</c>, else the name itself.</summary>
    public string PropertyMeaning(string name) =>
        Source.Properties.FirstOrDefault(property => property.Uri == $"http://hl7.org/fhir/concept-properties#{name}")?.Code ?? name;

    /// <summary>Which concepts have which value of a property; made when it is first asked for.</summary>
    public PropertyColumn Column(string property) => columns.GetOrAdd(property, code => new PropertyColumn(form, code, added?.Values(code) ?? []));

    /// <summary>The properties of the system itself, without those of supplements.</summary>
    internal PropertyRows PropertyRows => form.PropertyRows;

    /// <summary>Names, codes and designations by word.</summary>
    public ConceptIndex Index => index.Value;

    /// <summary>This system with what supplements add: names, designations, properties.</summary>
    public CompiledCodeSystem With(IReadOnlyList<CompiledCodeSystem> supplements) => supplements.Count == 0 ? this : new CompiledCodeSystem(
        Source with { Properties = [.. Source.Properties.Concat(supplements.SelectMany(each => each.Source.Properties)).DistinctBy(each => each.Code)] },
        form,
        new SupplementedConcepts(this, supplements));

    private ConceptSet FindInactive()
    {
        var retired = new List<int>();
        foreach (var status in (HashSet<string>)[statusProperty, "status"])
            foreach (var value in (string[])["retired", "inactive"]) retired.AddRange(Column(status)[value].From(0).Where(ordinal => Status(ordinal) == value));
        return Stated(PropertyMeaning("inactive")).Union(ConceptSet.Of(retired));
    }

    private ConceptSet Stated(string property) => Column(property)["true"];
}
