using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>A code system that is not listed: a code is read by rules, and there is no end of codes. Immutable, shared by threads.</summary>
/// <remarks>
/// Questions are asked of a compiled system that has the codes which the question names, so that lists, filters, imports and supplements mean the same as for any
/// other system. https://hl7.org/fhir/R4/terminologies-systems.html
/// </remarks>
public abstract class CodeGrammar
{
    private readonly Lazy<CompiledCodeSystem> usual;

    private protected CodeGrammar() => usual = new(() => Compile(Common));

    public abstract string Url { get; }

    public virtual string? Version => null;

    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>Whether a code differs from one with other capitals.</summary>
    public abstract bool IsCaseSensitive { get; }

    /// <summary>Whether a code that can't be read does not exist; false where only a part of the system is known.</summary>
    public virtual bool IsComplete => true;

    /// <summary>Canonical of the set whose codes stand for all in an expansion that may be incomplete; null when there is none.</summary>
    public virtual string? CommonValueSet => null;

    /// <summary>The properties its codes may have.</summary>
    public virtual IReadOnlyList<PropertyDefinition> Properties => [];

    /// <summary>The language of its displays.</summary>
    public virtual string? Language => null;

    /// <summary>Reads a code.</summary>
    /// <param name="fault">What is wrong with it, as a sentence; null when it is right, or when that is all there is to say.</param>
    /// <returns>The concept, its code as it is best written; null when the text is no code of the system.</returns>
    internal abstract ConceptSource? Read(string code, out string? fault);

    /// <summary>The codes of <see cref="CommonValueSet"/>.</summary>
    internal virtual IEnumerable<ConceptSource> Common => [];

    /// <summary>The system with its common codes.</summary>
    internal CompiledCodeSystem Usual => usual.Value;

    /// <summary>Whether a text is a code of the system.</summary>
    public bool IsCode(string code) => Read(code, out _) is not null;

    /// <summary>What is wrong with a text that is no code; null when nothing is, or nothing is to be said.</summary>
    public string? Fault(string code)
    {
        Read(code, out var fault);
        return fault;
    }

    /// <summary>The system as far as some texts are codes of it.</summary>
    /// <param name="withCommon">Whether the common codes are there, too; they come after the others.</param>
    internal CompiledCodeSystem Of(IEnumerable<string> codes, bool withCommon)
    {
        List<ConceptSource> read = [.. codes.Select(code => Read(code, out _)).OfType<ConceptSource>()];
        return withCommon ? read.Count == 0 ? Usual : Compile(read.Concat(Common)) : Compile(read);
    }

    /// <summary>The codes that a value set of R4 lists of the system.</summary>
    private protected IEnumerable<(string Code, string? Display)> Listed(string valueSet) =>
        R4Schema.Instance.ValueSets.Find(valueSet)?.Include.Where(clause => clause.System == Url).SelectMany(clause => clause.Concepts) ?? [];

    private CompiledCodeSystem Compile(IEnumerable<ConceptSource> concepts) => new(new CodeSystemSource(
        Url, Version, IsComplete ? "complete" : "fragment", [.. concepts.DistinctBy(each => each.Code, IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase)])
    {
        Name = Name,
        Title = Title,
        Status = "active",
        CaseSensitive = IsCaseSensitive,
        Language = Language,
        Properties = Properties,
        Grammar = this,
    });
}
