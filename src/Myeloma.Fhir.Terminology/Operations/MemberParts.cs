using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>A member of an expansion by system, code and name, with what is the same for all members of a system ready as JSON.</summary>
internal sealed class MemberParts
{
    private readonly CompiledCodeSystem system;
    private readonly byte[] head;
    private readonly byte[] beforeCode;

    /// <param name="tellsVersion">Whether the version of the system is told with each member.</param>
    public MemberParts(CompiledCodeSystem system, bool tellsVersion)
    {
        this.system = system;
        head = JsonBuffer.Part(part =>
        {
            part.Raw("{\"system\":"u8);
            part.String(system.Url);
        });
        beforeCode = JsonBuffer.Part(part =>
        {
            if (tellsVersion && system.Version is { } version)
            {
                part.Raw(",\"version\":"u8);
                part.String(version);
            }

            part.Raw(",\"code\":\""u8);
        });
    }

    public void Write(JsonBuffer output, int ordinal)
    {
        var form = system.Form;
        output.Raw(head);
        if (system.IsAbstract(ordinal)) output.Raw(",\"abstract\":true"u8);
        if (system.IsInactive(ordinal)) output.Raw(",\"inactive\":true"u8);
        output.Raw(beforeCode);
        output.Text(form.Texts.Bytes(ordinal));
        if (form.DisplayText(ordinal) is >= 0 and var display)
        {
            output.Raw("\",\"display\":\""u8);
            output.Text(form.Texts.Bytes(display));
        }

        output.Raw("\"}"u8);
    }
}
