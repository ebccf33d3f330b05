using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Validation.Codes;

/// <summary>The codes of one system, listed or told by their form.</summary>
internal sealed class CodeSystemContent
{
    private readonly Func<string, bool>? syntax;

    public CodeSystemContent(Func<string, bool> syntax) => this.syntax = syntax;

    public CodeSystemContent(CompiledCodeSystem compiled) => Compiled = compiled;

    /// <summary>Null for a system whose codes are told by their form.</summary>
    public CompiledCodeSystem? Compiled { get; }

    /// <summary>Whether a code that is not here does not exist.</summary>
    public bool IsComplete => Compiled?.IsComplete ?? true;

    /// <summary>A supplement adds to another system and has no codes of its own. https://hl7.org/fhir/R4/codesystem.html#supplements</summary>
    public bool IsSupplement => Compiled is { IsSupplement: true } or { Source.Supplements: not null };

    /// <summary>What the system calls a code, in any language: its display first. Empty when it does not say, or the code is not known.</summary>
    public IReadOnlyList<string> Displays(string code)
    {
        if (Compiled is null || Compiled.Find(code) is not (>= 0 and var ordinal) || Compiled.Display(ordinal) is not { } display) return [];
        List<string> names = [display];
        foreach (var designation in Compiled.Designations(ordinal)) names.Add(designation.Value);
        return names;
    }

    public bool Contains(string code) => syntax is null ? Compiled!.Find(code) >= 0 : syntax(code);
}
